import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { newKey } from "../../api/creation";
import { ApiError } from "../../api/problems";
import { Dialog } from "../../components/Dialog";
import type { Callback } from "../model";
import type { RangeQuery } from "../ranges";
import { Asking } from "./Asking";
import { begin, useRefreshWork, type Wanted } from "./calls";
import { JobView } from "./JobView";
import { watchWork } from "./watched";
import { type BulkKind, wholeRange, WORDS } from "./work";

interface Props {
  kind: BulkKind;
  selected: Callback[];
  range: RangeQuery;
  onClose: () => void;
  /** The work is begun: the dialog stays, and shows how far it is. */
  onDone: () => void;
}

/** Cancels, reschedules or recreates those selected, or all in the range, as both are when the dialog opens. */
export default function BulkDialog({ kind, selected, range, onClose, onDone }: Props) {
  const [meant] = useState(() => ({ selected, range, whole: wholeRange(kind, range) }));
  const [key, setKey] = useState(newKey);
  const refreshWork = useRefreshWork();
  const work = useMutation({
    mutationFn: (wanted: Omit<Wanted, "key">) => begin(kind, { ...wanted, key }),
    onSuccess: ({ id }) => {
      watchWork(id);
      refreshWork();
      onDone();
    },
    onError: (error) => {
      // What was sent first was stored, and this is something else: to be sent again only by whoever wants both.
      if (error instanceof ApiError && error.code === "idempotency-key-reused") {
        setKey(newKey());
      }
    },
  });
  const { title, confirmation } = WORDS[kind];
  return (
    <Dialog title={work.data ? title : confirmation} size="xl" onClose={onClose} closeOnClickOutside={false}>
      {work.data ? (
        <JobView kind={kind} id={work.data.id} onClose={onClose} />
      ) : (
        <Asking
          kind={kind}
          {...meant}
          error={work.error}
          isBusy={work.isPending}
          onConfirm={(wanted) => work.mutate(wanted)}
          onBack={onClose}
        />
      )}
    </Dialog>
  );
}
