import { useMutation } from "@tanstack/react-query";

import { ApiError } from "../api/problems";

interface Answer {
  data?: unknown;
  response: Response;
}

const FILENAME = /filename="([^"]+)"/;
// As long as a browser may take to begin with a file that it has.
const KEPT_MS = 60_000;

/** A file is kept when all of it has come: what is refused or breaks off is told, and never half a table kept. */
async function save(ask: () => Promise<Answer>): Promise<void> {
  const { data, response } = await ask().catch((error: unknown) => {
    throw error instanceof ApiError ? error : brokenOff();
  });
  const url = URL.createObjectURL(data as Blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = FILENAME.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "export.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

// The body ended before its end, which is no refusal of the server's.
function brokenOff(): ApiError {
  return new ApiError({
    title: "Broken off",
    status: 0,
    detail: "The file broke off before its end, and nothing of it was kept. Try again.",
    code: "broken-off",
    details: {},
  });
}

/** Downloads files that the API makes, one at a time. */
export function useDownload(onError?: (error: unknown) => void) {
  const saving = useMutation({ mutationFn: save, onError });
  return { download: saving.mutate, isBusy: saving.isPending, error: saving.error };
}
