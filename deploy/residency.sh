# shellcheck shell=bash
# Data residency and encryption: the regions that data must not leave, and the Cloud KMS key that encrypts stored data.
# docs/deploying.md says what neither of them covers.

check_residency() {
  local name region=${SPANNER_CONFIG#regional-}
  if [[ -n $DATA_REGIONS ]]; then
    for name in REGION SCHEDULER_REGION TASKS_LOCATION; do
      in_data_regions "${!name}" ||
        refuse "$name must be one of DATA_REGIONS, \"$DATA_REGIONS\", and is \"${!name}\""
    done
    [[ $SPANNER_CONFIG == regional-* ]] && in_data_regions "$region" ||
      refuse "SPANNER_CONFIG must be regional-… of one of DATA_REGIONS, \"$DATA_REGIONS\", and is \"$SPANNER_CONFIG\""
  fi
  [[ -z $KMS_KEY || $KMS_KEY == projects/*/locations/"$REGION"/* ]] ||
    refuse "KMS_KEY must be a key in REGION, \"$REGION\", and is \"$KMS_KEY\""
}

in_data_regions() {
  [[ ,$DATA_REGIONS, == *,$1,* ]]
}

# The service agents that use the key, each for its service. An entry is the domain of the agent's address, after
# service-NUMBER@.
readonly ENCRYPTING_AGENTS=(
  gcp-sa-spanner gcp-sa-pubsub gcp-sa-artifactregistry gcp-sa-secretmanager gcf-admin-robot serverless-robot-prod
  gs-project-accounts
)

# A new resource is encrypted with the key from its creation on, so the agents get access to the key before.
ensure_key_roles() {
  local agent key keyring location project flags
  [[ -n $KMS_KEY ]] || return 0
  section 'Roles on the key'
  IFS=/ read -r _ project _ location _ keyring _ key <<<"$KMS_KEY"
  flags=("--keyring=$keyring" "--location=$location")
  # The key may belong to another project. If --project is given twice, gcloud uses the last one.
  PROJECT_OF_COMMAND=$project
  look_at_policy "$(there "$ENABLED" cloudkms.googleapis.com)" kms keys get-iam-policy "$key" "${flags[@]}"
  for agent in "${ENCRYPTING_AGENTS[@]}"; do
    ensure_grant 'Encrypts and decrypts what its service stores' roles/cloudkms.cryptoKeyEncrypterDecrypter \
      "serviceAccount:$(service_agent "$agent")" \
      kms keys add-iam-policy-binding "$key" "${flags[@]}"
  done
  PROJECT_OF_COMMAND=$PROJECT_ID
}

service_agent() {
  case $1 in
    gs-project-accounts) printf 'service-%s@gs-project-accounts.iam.gserviceaccount.com' "$PROJECT_NUMBER" ;;
    *) printf 'service-%s@%s.iam.gserviceaccount.com' "$PROJECT_NUMBER" "$1" ;;
  esac
}

# Sets TOPIC_POLICY to the flags that topics are created with.
topic_policy() {
  TOPIC_POLICY=()
  [[ -z $DATA_REGIONS ]] || TOPIC_POLICY+=(
    "--message-storage-policy-allowed-regions=$DATA_REGIONS" --message-storage-policy-enforce-in-transit
  )
  [[ -z $KMS_KEY ]] || TOPIC_POLICY+=("--topic-encryption-key=$KMS_KEY")
}
