import { PREFERENCES } from "./preferences";
import { queryClient } from "./query";
import { LOGIN } from "./session";

// Who is logged in and what they prefer is asked before anything else is loaded or drawn, which then waits for neither.
queryClient
  .fetchQuery(LOGIN)
  .then(({ session }) => session && queryClient.prefetchQuery(PREFERENCES))
  .catch(() => undefined); // the page asks again, and says what it is told
