# shellcheck shell=bash
# The web console, if CONSOLE is on: a function behind Identity-Aware Proxy, which lets only CONSOLE_MEMBERS through.

readonly IAP_ROLE=roles/iap.httpsResourceAccessor

ensure_console() {
  local entry
  if [[ $CONSOLE == off ]]; then
    section 'The console'
    remove "$FUNCTIONS" console 'CONSOLE is off' functions delete console --gen2 "--region=$REGION"
    return
  fi
  ensure_function console
  if [[ $(column "$(row "$SERVICES" console)" 2) == true ]]; then
    same 'Identity-Aware Proxy before the console'
  else
    change 'Lets members through after they signed in' beta run services update console "--region=$REGION" --iap
  fi
  look_at_policy "$(there "$SERVICES" console)" run services get-iam-policy console "--region=$REGION"
  ensure_grant 'Identity-Aware Proxy calls the console' roles/run.invoker "serviceAccount:$(service_agent gcp-sa-iap)" \
    run services add-iam-policy-binding console "--region=$REGION" --condition=None
  look_at_policy "$(there "$SERVICES" console)" beta iap web get-iam-policy \
    --resource-type=cloud-run --service=console "--region=$REGION"
  entries "$CONSOLE_MEMBERS"
  for entry in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    ensure_grant 'Opens the console' "$IAP_ROLE" "$entry" beta iap web add-iam-policy-binding \
      --resource-type=cloud-run --service=console "--region=$REGION" --condition=None
  done
}
