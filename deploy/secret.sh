# shellcheck shell=bash
# The key that signs page tokens. It is random, created here once, stored in Secret Manager, and read by the functions that
# sign.

# 32 random bytes in hexadecimal. The key reaches gcloud through a pipe: no file, argument or log has it.
readonly RANDOM_KEY="head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \\n'"

ensure_page_token_key() {
  local versions='' name replication=--replication-policy=automatic
  section 'The key of page tokens'
  if [[ -n $KMS_KEY || -n $DATA_REGIONS ]]; then
    write_replication
    replication=--replication-policy-file=$WORK/secret-replication.json
  fi
  if has "$SECRETS" "$PAGE_TOKEN_SECRET"; then
    same "secret $PAGE_TOKEN_SECRET"
    look versions secrets versions list "$PAGE_TOKEN_SECRET" '--filter=state=ENABLED' '--format=value(name.basename())'
  else
    change 'Signs page tokens, so that a caller can not make one' secrets create "$PAGE_TOKEN_SECRET" "$replication"
  fi
  if [[ -z $versions ]]; then
    INPUT=$RANDOM_KEY
    change 'A random key, which no one has seen' secrets versions add "$PAGE_TOKEN_SECRET" --data-file=-
    INPUT=''
  fi
  look_at_policy "$(there "$SECRETS" "$PAGE_TOKEN_SECRET")" secrets get-iam-policy "$PAGE_TOKEN_SECRET"
  for name in operations console; do
    [[ $name != console || $CONSOLE == on ]] || continue
    ensure_grant 'Signs and reads page tokens' roles/secretmanager.secretAccessor "$(member "$name")" \
      secrets add-iam-policy-binding "$PAGE_TOKEN_SECRET"
  done
}

# The replicas of the secret, in the form of Secret Manager's API. A Cloud KMS key encrypts in its own region only.
write_replication() {
  local region list='' key=''
  entries "${DATA_REGIONS:-$REGION}"
  if [[ -n $KMS_KEY ]]; then
    ENTRIES=("$REGION")
    key=", \"customerManagedEncryption\": {\"kmsKeyName\": \"$KMS_KEY\"}"
  fi
  for region in "${ENTRIES[@]}"; do
    list+="${list:+, }{\"location\": \"$region\"$key}"
  done
  printf '{"userManaged": {"replicas": [%s]}}\n' "$list" >"$WORK/secret-replication.json"
}
