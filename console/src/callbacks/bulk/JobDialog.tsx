import { Dialog } from "../../components/Dialog";
import { JobView } from "./JobView";
import { type BulkKind, WORDS } from "./work";

/** Work that was begun before, shown again. */
export default function JobDialog({ kind, id, onClose }: { kind: BulkKind; id: string; onClose: () => void }) {
  return (
    <Dialog title={WORDS[kind].title} size="xl" onClose={onClose}>
      <JobView kind={kind} id={id} onClose={onClose} />
    </Dialog>
  );
}
