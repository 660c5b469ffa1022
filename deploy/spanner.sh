# shellcheck shell=bash
# Spanner: the instance, the database with its proto bundle, and the numbered DDL files.
#
# Does what shared/spanner/schema.ts does with the client library: applies the files that <table>SchemaVersions does not
# list, then lists them. Each statement may run twice, so the next run repairs one that was interrupted in between.

# shellcheck disable=SC2016 # backticks quote names in GoogleSQL
readonly PROTO_BUNDLE='CREATE PROTO BUNDLE (google.protobuf.`Any`, google.rpc.`Status`, google.longrunning.`Operation`)'

# `deploy.sh schema`: the part of the deployment that Terraform's google provider does not support.
deploy_schema() {
  APIS=(spanner.googleapis.com)
  ensure_apis
  ensure_schema
}

# The permissions of the functions on a database. roles/spanner.databaseUser may also change the schema.
readonly DATABASE_ROLE=lroDatabaseUser
readonly DATABASE_PERMISSIONS=(
  spanner.databases.beginOrRollbackReadWriteTransaction
  spanner.databases.beginReadOnlyTransaction
  spanner.databases.read
  spanner.databases.select
  spanner.databases.write
  spanner.sessions.create
  spanner.sessions.delete
  spanner.sessions.get
  spanner.sessions.list
)

ensure_schema() {
  section 'Spanner'
  ensure_instance
  look_at_database
  find_missing_versions
  write_ddl
  apply_ddl
}

ensure_instance() {
  look_into spanner INSTANCES spanner instances list '--format=value(name.basename(),displayName)'
  if has "$INSTANCES" "$SPANNER_INSTANCE"; then
    same "instance $SPANNER_INSTANCE"
  else
    change 'Where the database is' spanner instances create "$SPANNER_INSTANCE" "--config=$SPANNER_CONFIG" \
      --description=lro-orchestrator "--edition=$SPANNER_EDITION" "--processing-units=$SPANNER_PROCESSING_UNITS" \
      --default-backup-schedule-type=NONE
  fi
}

# Sets DATABASE to a word if the database exists, SCHEMA to its DDL, and VERSIONS to the files that were applied.
look_at_database() {
  local databases=''
  DATABASE='' SCHEMA='' VERSIONS=''
  if has "$INSTANCES" "$SPANNER_INSTANCE"; then
    look databases spanner databases list "--instance=$SPANNER_INSTANCE" \
      '--format=value(name.basename(),encryptionConfig.kmsKeyName)'
  fi
  has "$databases" "$SPANNER_DATABASE" || return 0
  DATABASE=there
  [[ -z $KMS_KEY || $(column "$(row "$databases" "$SPANNER_DATABASE")" 1) == "$KMS_KEY" ]] ||
    fault "database $SPANNER_DATABASE is not encrypted by KMS_KEY" \
      'a database keeps the encryption with which it was made; restore a backup of it into another one'
  look SCHEMA spanner databases ddl describe "$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE"
  has_table "${SPANNER_TABLE}SchemaVersions" || return 0
  look VERSIONS spanner databases execute-sql "$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE" \
    "--sql=SELECT Version FROM ${SPANNER_TABLE}SchemaVersions" '--format=value(rows.flatten())'
}

has_table() {
  [[ $SCHEMA == *"CREATE TABLE $1 ("* ]]
}

find_missing_versions() {
  local file version
  MISSING=()
  for file in shared/spanner/schema/*.sql; do
    version=$(basename "$file" .sql)
    if [[ ,$VERSIONS, == *",$version,"* ]]; then same "schema $version"; else MISSING+=("$version"); fi
  done
}

# Writes the DDL to apply into one file, with the name of the table filled in.
write_ddl() {
  local version text
  {
    [[ $SCHEMA == *'CREATE PROTO BUNDLE'* ]] || printf '%s;\n' "$PROTO_BUNDLE"
    printf 'CREATE TABLE IF NOT EXISTS %sSchemaVersions (\n' "$SPANNER_TABLE"
    printf '  Version STRING(MAX) NOT NULL,\n  ApplyTime TIMESTAMP NOT NULL,\n) PRIMARY KEY (Version);\n'
    for version in ${MISSING[@]+"${MISSING[@]}"}; do
      text=$(<"shared/spanner/schema/$version.sql")
      printf '%s\n' "${text//\{table\}/$SPANNER_TABLE}"
    done
  } >"$WORK/schema.sql"
  # The descriptors are in a text file, so that a diff shows a change. A test compares them with the messages in proto/.
  base64 --decode <deploy/proto-descriptors.base64 >"$WORK/descriptors.pb"
}

apply_ddl() {
  local sql version
  [[ ${#MISSING[@]} -gt 0 ]] || return 0
  local files=("--ddl-file=$WORK/schema.sql" "--proto-descriptors-file=$WORK/descriptors.pb") key=()
  [[ -z $KMS_KEY ]] || key=("--kms-key=$KMS_KEY")
  if [[ -z $DATABASE ]]; then
    change "The database with its proto bundle and tables: ${MISSING[*]}" \
      spanner databases create "$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE" "${files[@]}" ${key[@]+"${key[@]}"}
  else
    change "Schema files that are not applied yet: ${MISSING[*]}" \
      spanner databases ddl update "$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE" "${files[@]}"
  fi
  sql=''
  for version in "${MISSING[@]}"; do
    sql+="${sql:+, }('$version', CURRENT_TIMESTAMP())"
  done
  change 'Which schema files are applied' \
    spanner databases execute-sql "$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE" \
    "--sql=INSERT OR UPDATE INTO ${SPANNER_TABLE}SchemaVersions (Version, ApplyTime) VALUES $sql"
}

# A backup schedule of this deployment: the default schedule of an instance also covers other databases, and its retention
# cannot be set. It also works on an instance that already exists.
readonly BACKUP_SCHEDULE=lro-daily

ensure_backups() {
  local schedules='' retention=$((SPANNER_BACKUP_DAYS * DAY))s where
  section 'Backups'
  where=("--database=$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE")
  if [[ -n $DATABASE ]]; then
    look schedules spanner backup-schedules list "${where[@]}" '--format=value(name.basename(),retentionDuration)'
  fi
  if [[ $SPANNER_BACKUP_DAYS == 0 ]]; then
    remove "$schedules" "$BACKUP_SCHEDULE" 'No more backups, as SPANNER_BACKUP_DAYS says' \
      spanner backup-schedules delete "$BACKUP_SCHEDULE" "${where[@]}"
  elif ! has "$schedules" "$BACKUP_SCHEDULE"; then
    change "A full backup every night, kept for $SPANNER_BACKUP_DAYS days" \
      spanner backup-schedules create "$BACKUP_SCHEDULE" "${where[@]}" '--cron=0 3 * * *' \
      "--retention-duration=${SPANNER_BACKUP_DAYS}d" --backup-type=full-backup
  elif [[ $(row "$schedules" "$BACKUP_SCHEDULE") != "$retention" ]]; then
    change "Backups are kept for $SPANNER_BACKUP_DAYS days" \
      spanner backup-schedules update "$BACKUP_SCHEDULE" "${where[@]}" "--retention-duration=${SPANNER_BACKUP_DAYS}d"
  else
    same "backup schedule $BACKUP_SCHEDULE"
  fi
}

# The role stays when the deployment is removed: Google refuses a new role with the name of one that was deleted in the last
# 44 days.
ensure_database_role() {
  local role='' wanted title='Reads and writes operations'
  section 'The role on the database'
  wanted=$(IFS=, && printf '%s' "${DATABASE_PERMISSIONS[*]}")
  if has "$ENABLED" iam.googleapis.com; then
    look_if_there role iam roles describe "$DATABASE_ROLE" '--format=value(stage,deleted,includedPermissions.list())'
  fi
  if [[ -z $role ]]; then
    change 'As roles/spanner.databaseUser, without changes of the schema' iam roles create "$DATABASE_ROLE" \
      "--title=$title" "--permissions=$wanted" --stage=GA
    return
  fi
  if [[ $(column "$role" 2) == True ]]; then
    change 'It was deleted' iam roles undelete "$DATABASE_ROLE"
  fi
  if [[ $(sorted "$(column "$role" 3)") == "$(sorted "$wanted")" ]]; then
    same "role $DATABASE_ROLE"
  else
    change 'It has other permissions' iam roles update "$DATABASE_ROLE" "--permissions=$wanted"
  fi
}

sorted() {
  tr ',;' '\n\n' <<<"$1" | LC_ALL=C sort
}

ensure_database_roles() {
  local name resource=("$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE")
  section 'Roles on the database'
  look_at_policy "$DATABASE" spanner databases get-iam-policy "${resource[@]}"
  for name in "${FUNCTION_ACCOUNTS[@]}"; do
    ensure_grant 'Reads and writes operations' "projects/$PROJECT_ID/roles/$DATABASE_ROLE" "$(member "$name")" \
      spanner databases add-iam-policy-binding "${resource[@]}" --condition=None
    ensure_no_grant 'It may change the schema' roles/spanner.databaseUser "$(member "$name")" \
      spanner databases remove-iam-policy-binding "${resource[@]}" --condition=None
  done
}
