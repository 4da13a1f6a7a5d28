import { Button, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useEffect } from "react";

import { useDownload } from "../../components/download";
import { Failure } from "../../components/Failure";
import { withTimes } from "../../components/instants";
import { Loading } from "../../components/Loading";
import { numeral } from "../../components/numbers";
import { ShowMore } from "../../components/ShowMore";
import { useTimes } from "../../components/times";
import { readFile, useItems, useJob } from "./calls";
import { CallbackList, type Line } from "./CallbackList";
import { forgetWork } from "./watched";
import { type BulkItem, type BulkJob, type BulkKind, callbacks, outcomeOf, WORDS } from "./work";

interface Props {
  kind: BulkKind;
  id: string;
  onClose: () => void;
}

/** How far bulk work is, and in the end what became of each callback. */
export function JobView({ kind, id, onClose }: Props) {
  const { data: job, error } = useJob(kind, id);
  const isFinished = job?.is_finished;
  // Whoever closes it has seen how it ended.
  useEffect(() => (isFinished ? () => forgetWork(id) : undefined), [isFinished, id]);
  if (!job) {
    return error ? <Failure of={error} /> : <Loading />;
  }
  return (
    <Stack gap="md">
      <Failure of={error} />
      <Advance kind={kind} job={job} />
      {job.is_finished && <Outcome kind={kind} job={job} />}
      <Group justify="space-between">
        <Files kind={kind} job={job} />
        <Button variant="default" onClick={onClose} autoFocus>
          Close
        </Button>
      </Group>
    </Stack>
  );
}

function Advance({ kind, job }: { kind: BulkKind; job: BulkJob }) {
  const { done, total, is_finished: isFinished } = job;
  const text = isFinished
    ? `${outcomeOf(kind, job)}.`
    : `${WORDS[kind].doing}: ${numeral(done)} of ${callbacks(total)}`;
  return (
    <Stack gap={6}>
      <Text fw={600} role="status">
        {text}
      </Text>
      {!isFinished && (
        <>
          <Progress value={(100 * done) / Math.max(total, 1)} aria-label={`${WORDS[kind].doing} ${callbacks(total)}`} />
          <Text c="dimmed" size="sm">
            The work goes on when this is closed, and whatever stops. A line on the page tells how far it is.
          </Text>
        </>
      )}
    </Stack>
  );
}

function Outcome({ kind, job }: { kind: BulkKind; job: BulkJob }) {
  return (
    <>
      {job.succeeded > 0 && (
        <Items kind={kind} job={job} isDone title={`${capital(WORDS[kind].done)} (${numeral(job.succeeded)})`} />
      )}
      {job.refused > 0 && <Items kind={kind} job={job} isDone={false} title={`Left alone (${numeral(job.refused)})`} />}
    </>
  );
}

interface ItemsProps {
  kind: BulkKind;
  job: BulkJob;
  isDone: boolean;
  title: string;
}

function Items({ kind, job, isDone, title }: ItemsProps) {
  const { shown } = useTimes();
  const list = useItems(kind, job.id, isDone);
  const more = isDone ? (kind === "reschedule" ? "New Time" : undefined) : "Why";
  const lines = list.data?.map((item) => ({
    ...lineOf(item),
    more: isDone ? item.desired_at_now && shown.minute(item.desired_at_now) : withTimes(item.reason, shown),
  }));
  return (
    <Stack gap={6}>
      <Title order={3}>{title}</Title>
      <Failure of={list.error} />
      {lines && <CallbackList label={title} lines={lines} {...(more && { more })} />}
      <ShowMore of={list}>Show more</ShowMore>
    </Stack>
  );
}

function lineOf(item: BulkItem): Line {
  const { callback_id: id, phone_number_formatted: number, service, desired_at: desiredAt, state, result } = item;
  return {
    id,
    phoneNumber: number ?? id,
    service: service ?? "",
    desiredAt,
    state: state ?? item.state_before,
    result,
  };
}

/** The tables of the work, to be kept. */
function Files({ kind, job }: { kind: BulkKind; job: BulkJob }) {
  const { download, isBusy, error } = useDownload();
  if (!job.is_finished || job.total === 0) {
    return <span />;
  }
  const { callbacksFile, summaryFile } = WORDS[kind];
  return (
    <Stack gap="xs">
      <Failure of={error} />
      <Group gap="xs">
        {(["callbacks", "summary"] as const).map((file) => (
          <Button
            key={file}
            variant="subtle"
            size="xs"
            leftSection={<IconDownload size={15} aria-hidden />}
            loading={isBusy}
            onClick={() => download(() => readFile(kind, job.id, file))}
          >
            {file === "callbacks" ? callbacksFile : summaryFile}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
