import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data } from "../../api/client";
import { useChanges } from "../../api/events";
import { usePolling } from "../../api/polling";
import type { BulkItem, BulkJob, BulkKind, Selection } from "./work";

const PAGE = 250;
const SOON_MILLISECONDS = 2_000;

/** When: of a rescheduling one of the two, of a recreation nothing (now) or a time. */
export interface When {
  desired_at?: string;
  shift_seconds?: number;
}

export interface Wanted {
  selection: Selection;
  when: When;
  reason: string;
  /** So that it is begun once, however often it is asked for. */
  key: string;
}

// A preview tells how many could be moved, wherever to.
const ANYWHERE = { shift_seconds: 60 };

/** How many would be changed, and how many left alone, by state. */
export function preview(kind: BulkKind, selection: Selection) {
  switch (kind) {
    case "cancel":
      return data(api.POST("/api/v1/cancellations/preview", { body: selection }));
    case "reschedule":
      return data(api.POST("/api/v1/reschedulings/preview", { body: { ...selection, ...ANYWHERE } }));
    case "recreate":
      return data(api.POST("/api/v1/recreations/preview", { body: { ...selection, result: [] } }));
  }
}

/** Begin the work. */
export function begin(kind: BulkKind, { selection, when, reason, key }: Wanted): Promise<BulkJob> {
  const params = { header: { "Idempotency-Key": key } };
  switch (kind) {
    case "cancel":
      return data(api.POST("/api/v1/cancellations", { params, body: { ...selection, reason: reason.trim() || null } }));
    case "reschedule":
      return data(api.POST("/api/v1/reschedulings", { params, body: { ...selection, ...when } }));
    case "recreate":
      return data(api.POST("/api/v1/recreations", { params, body: { ...selection, ...when, result: [] } }));
  }
}

const PATHS = {
  cancel: "/api/v1/cancellations",
  reschedule: "/api/v1/reschedulings",
  recreate: "/api/v1/recreations",
} as const;

function readJob(kind: BulkKind, id: string): Promise<BulkJob> {
  return data(api.GET(`${PATHS[kind]}/{job_id}`, { params: { path: { job_id: id } } }));
}

/** One of the two tables of a piece of work, with the mark that spreadsheets read. */
export function readFile(kind: BulkKind, id: string, file: "callbacks" | "summary") {
  const params = { path: { job_id: id }, query: { bom: true } };
  return api.GET(`${PATHS[kind]}/{job_id}/${file}`, { params, parseAs: "blob" });
}

const RECENT = ["bulk", "recent"];

/** How far a piece of work is, as it goes on. */
export function useJob(kind: BulkKind, id: string) {
  const client = useQueryClient();
  const key = ["bulk", kind, id];
  useChanges((changes) => {
    if (changes === "everything" || changes.bulk?.includes(id)) {
      void client.invalidateQueries({ queryKey: key });
    }
  });
  return useQuery({
    queryKey: key,
    queryFn: () => readJob(kind, id),
    refetchInterval: ({ state }) => (state.data?.is_finished ? false : SOON_MILLISECONDS),
  });
}

/** What became of the callbacks, page by page, once the work is finished. */
export function useItems(kind: BulkKind, id: string, isDone: boolean) {
  return useInfiniteQuery({
    queryKey: ["bulk", kind, id, "items", isDone],
    initialPageParam: 0,
    queryFn: ({ pageParam: after }) =>
      data(
        api.GET(`${PATHS[kind]}/{job_id}/items`, {
          params: { path: { job_id: id }, query: { done: isDone, after, limit: PAGE } },
        }),
      ),
    getNextPageParam: ({ next_after }) => next_after,
    select: ({ pages }): BulkItem[] => pages.flatMap(({ items }) => items),
  });
}

export interface Piece {
  kind: BulkKind;
  job: BulkJob;
}

async function readRecent(): Promise<Piece[]> {
  const kinds: BulkKind[] = ["cancel", "reschedule", "recreate"];
  const found = await Promise.all(
    kinds.map(async (kind) => (await data(api.GET(PATHS[kind]))).items.map((job) => ({ kind, job }))),
  );
  return found.flat().sort((one, other) => other.job.asked_at.localeCompare(one.job.asked_at));
}

/** The user's work of the last 24 hours, the latest first. */
export function useRecentWork() {
  const client = useQueryClient();
  const polling = usePolling();
  useChanges((changes) => {
    if (changes === "everything" || changes.bulk) {
      void client.invalidateQueries({ queryKey: RECENT });
    }
  });
  return useQuery({
    queryKey: RECENT,
    queryFn: readRecent,
    refetchInterval: ({ state }) => (state.data?.some(({ job }) => !job.is_finished) ? SOON_MILLISECONDS : polling),
  });
}

/** Look at once what work there is. */
export function useRefreshWork(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: RECENT });
}
