# shellcheck shell=bash
# Spanner: the instance, the database with its proto bundle, and the numbered DDL files.
#
# It does what shared/spanner/schema.ts does through the client library: apply the files that <table>SchemaVersions does
# not list, then list them. Each statement may run twice, so a run that broke off in between is made good by the next.

# shellcheck disable=SC2016 # the backticks are GoogleSQL's
readonly PROTO_BUNDLE='CREATE PROTO BUNDLE (google.protobuf.`Any`, google.rpc.`Status`, google.longrunning.`Operation`)'

# `deploy.sh schema`: what Terraform's google provider cannot do is done by this.
deploy_schema() {
  ensure_apis
  ensure_schema
}

ensure_schema() {
  section 'Spanner'
  ensure_instance
  look_at_database
  find_missing_versions
  write_ddl
  apply_ddl
}

ensure_instance() {
  look_into spanner INSTANCES spanner instances list '--format=value(name.basename())'
  if has "$INSTANCES" "$SPANNER_INSTANCE"; then
    same "instance $SPANNER_INSTANCE"
  else
    change 'Where the database is' spanner instances create "$SPANNER_INSTANCE" "--config=$SPANNER_CONFIG" \
      --description=lro-orchestrator "--edition=$SPANNER_EDITION" "--processing-units=$SPANNER_PROCESSING_UNITS"
  fi
}

# DATABASE says whether it is there, SCHEMA what it consists of, VERSIONS which files were applied.
look_at_database() {
  local databases=''
  DATABASE='' SCHEMA='' VERSIONS=''
  if has "$INSTANCES" "$SPANNER_INSTANCE"; then
    look databases spanner databases list "--instance=$SPANNER_INSTANCE" '--format=value(name.basename())'
  fi
  has "$databases" "$SPANNER_DATABASE" || return 0
  DATABASE=there
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

# One file of all that is to be applied, for the table's name.
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
  # A file of text, so that a reader of a diff sees that it changed; a test holds it to the messages in proto/.
  base64 --decode <deploy/proto-descriptors.base64 >"$WORK/descriptors.pb"
}

apply_ddl() {
  local sql version
  [[ ${#MISSING[@]} -gt 0 ]] || return 0
  local files=("--ddl-file=$WORK/schema.sql" "--proto-descriptors-file=$WORK/descriptors.pb")
  if [[ -z $DATABASE ]]; then
    change "The database with its proto bundle and tables: ${MISSING[*]}" \
      spanner databases create "$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE" "${files[@]}"
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

ensure_database_roles() {
  local name
  section 'Roles on the database'
  look_at_policy "$DATABASE" \
    spanner databases get-iam-policy "$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE"
  for name in "${FUNCTION_ACCOUNTS[@]}"; do
    ensure_grant 'Reads and writes operations' roles/spanner.databaseUser "$(member "$name")" \
      spanner databases add-iam-policy-binding "$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE" --condition=None
  done
}
