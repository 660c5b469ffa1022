import type { Authorization } from '../client/http-api.ts';
import type { Transport } from '../client/transport.ts';

const UNAUTHENTICATED = 401;

/** A transport that notices refused tokens, and the authorization of its calls, which names the last one. */
export function noticingRefusals(
  authorization: Authorization,
  transport: Transport,
): { readonly authorization: Authorization; readonly transport: Transport } {
  let refused: string | undefined;
  return {
    authorization() {
      const last = refused;
      refused = undefined;
      return authorization(last);
    },
    async transport(request) {
      const response = await transport(request);
      if (response.status === UNAUTHENTICATED) refused = request.headers.authorization;
      return response;
    },
  };
}
