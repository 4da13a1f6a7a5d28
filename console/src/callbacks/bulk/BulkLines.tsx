import { ActionIcon, Anchor, Group, Progress, Stack, Text, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { lazy, useEffect, useState } from "react";

import { useMay } from "../../api/session";
import { DialogBoundary } from "../../components/Boundary";
import { leaveFocusBefore } from "../../components/focus";
import { numeral } from "../../components/numbers";
import { type Piece, useRecentWork } from "./calls";
import { forgetWork, useWatchedWork, watchWork } from "./watched";
import { callbacks, outcomeOf, WORDS } from "./work";

const JobDialog = lazy(() => import("./JobDialog"));

/** A line for each piece of the user's bulk work that goes on, or whose end nobody has taken note of. */
export function BulkLines() {
  const may = useMay();
  return may("EXPORT_CALLBACKS") && may("CHANGE_CALLBACKS") ? <Lines /> : null;
}

function Lines() {
  const { data: pieces = [] } = useRecentWork();
  const watched = useWatchedWork();
  const [shown, setShown] = useState<Piece | null>(null);
  const close = () => setShown(null);
  const lines = pieces.filter(({ job }) => !job.is_finished || watched.has(job.id));
  useEffect(() => {
    for (const { job } of pieces) {
      if (!job.is_finished) {
        watchWork(job.id);
      }
    }
  }, [pieces]);
  return (
    <>
      {lines.length > 0 && (
        <Stack gap={2} mb="xs">
          {lines.map((piece) => (
            <Line key={piece.job.id} piece={piece} onShow={() => setShown(piece)} />
          ))}
        </Stack>
      )}
      {shown && (
        <DialogBoundary onClose={close}>
          <JobDialog kind={shown.kind} id={shown.job.id} onClose={close} />
        </DialogBoundary>
      )}
    </>
  );
}

function Line({ piece: { kind, job }, onShow }: { piece: Piece; onShow: () => void }) {
  const { doing } = WORDS[kind];
  const { done, total, is_finished: isFinished } = job;
  return (
    <Group gap="sm" mih={28} wrap="nowrap">
      {!isFinished && (
        <Progress w="8rem" value={(100 * done) / Math.max(total, 1)} aria-label={`${doing} ${callbacks(total)}`} />
      )}
      <Text size="sm" role={isFinished ? "status" : undefined}>
        {isFinished ? outcomeOf(kind, job) : `${doing} ${numeral(done)} of ${callbacks(total)}`}
      </Text>
      <Anchor
        component="button"
        size="sm"
        onClick={onShow}
        aria-label={`Show ${doing.toLowerCase()} of ${callbacks(total)}`}
      >
        Show
      </Anchor>
      {isFinished && (
        <Tooltip label="Take note">
          <ActionIcon
            ref={leaveFocusBefore}
            size={24}
            variant="subtle"
            color="gray"
            aria-label="Take note"
            onClick={() => forgetWork(job.id)}
          >
            <IconX size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}
