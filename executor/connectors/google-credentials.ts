const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';

/** Returns an access token of the Application Default Credentials. Rejects if there are none. */
export async function googleAccessToken(scopes: readonly string[]): Promise<string> {
  // Loaded here, because only calls to Google need it, and loading it takes longer than most workflows run.
  const { GoogleAuth } = await import('google-auth-library');
  const auth = new GoogleAuth({ scopes: scopes.length === 0 ? [CLOUD_PLATFORM] : [...scopes] });
  const token = await auth.getAccessToken();
  if (!token) throw new Error('the Application Default Credentials give no access token');
  return token;
}
