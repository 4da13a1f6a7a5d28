import { Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Failure } from "../../components/Failure";
import { type Times, useTimes } from "../../components/times";
import type { Callback } from "../model";
import type { RangeQuery } from "../ranges";
import { preview as readPreview, type Wanted, type When } from "./calls";
import { CallbackList } from "./CallbackList";
import { Counts, Excluded, type Preview } from "./Counts";
import { type Choice, LATER, NewTimes, NOW, NowOrLater, whenOf } from "./NewTime";
import { type BulkKind, callbacks, chosen, type Selection, WORDS } from "./work";

// What is counted changes while somebody thinks.
const COUNT_AGAIN_MILLISECONDS = 5_000;
const MAX_REASON = 200;

interface Props {
  kind: BulkKind;
  selected: Callback[];
  range: RangeQuery;
  /** All of the range; null: nothing there can be meant. */
  whole: Selection | null;
  error: unknown;
  isBusy: boolean;
  onConfirm: (wanted: Omit<Wanted, "key">) => void;
  onBack: () => void;
}

/** Which callbacks, to what time, and whether really. */
export function Asking({ kind, selected, range, whole, error, isBusy, onConfirm, onBack }: Props) {
  const { shown } = useTimes();
  const [isAll, setIsAll] = useState(false);
  const [choice, setChoice] = useState<Choice>(kind === "recreate" ? NOW : LATER);
  const [reason, setReason] = useState("");
  const selection = isAll && whole ? whole : chosen(kind, selected);
  const counted = usePreview(kind, isAll ? "range" : "selected", selection);
  const when = kind === "cancel" ? {} : whenOf(choice, shown.zone);
  return (
    <Stack gap="md">
      {whole && (
        <Checkbox
          label={WORDS[kind].box}
          description={describe(range, shown)}
          checked={isAll}
          disabled={isBusy}
          onChange={(event) => setIsAll(event.currentTarget.checked)}
        />
      )}
      {isAll ? <Counts kind={kind} preview={counted.data} /> : <Selected kind={kind} selected={selected} />}
      <Excluded kind={kind} preview={isAll ? counted.data : withOthers(kind, selected, counted.data)} />
      {kind === "reschedule" && <NewTimes of={choice} change={setChoice} />}
      {kind === "recreate" && <NowOrLater of={choice} change={setChoice} />}
      {kind === "cancel" && (
        <TextInput
          label="Reason"
          description="Optional; kept with each callback"
          maxLength={MAX_REASON}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      <Failure of={error ?? counted.error} />
      <Buttons
        kind={kind}
        count={counted.data?.total}
        when={when}
        isBusy={isBusy}
        onBack={onBack}
        onConfirm={(at) => onConfirm({ selection, when: at, reason })}
      />
    </Stack>
  );
}

function usePreview(kind: BulkKind, which: "range" | "selected", selection: Selection) {
  return useQuery({
    queryKey: ["bulk", "preview", kind, which, selection],
    queryFn: () => (selection.ids?.length === 0 ? NOTHING : readPreview(kind, selection)),
    refetchInterval: COUNT_AGAIN_MILLISECONDS,
    placeholderData: (before, query) => (query?.queryKey[3] === which ? keepPreviousData(before) : undefined),
  });
}

const NOTHING: Preview = { total: 0, states: {}, excluded: {}, not_found: 0 };

// Of those selected to be recreated the ones that are not over are not even asked for.
function withOthers(kind: BulkKind, selected: Callback[], preview: Preview | undefined): Preview | undefined {
  if (kind !== "recreate" || !preview) {
    return preview;
  }
  const excluded = { ...preview.excluded };
  for (const { state } of selected) {
    if (state !== "COMPLETED") {
      excluded[state] = (excluded[state] ?? 0) + 1;
    }
  }
  return { ...preview, excluded };
}

function Selected({ kind, selected }: { kind: BulkKind; selected: Callback[] }) {
  const possible = selected.filter(({ state }) => WORDS[kind].possible.includes(state));
  const label = `To ${WORDS[kind].verb}`;
  const lines = possible.map((callback) => ({
    id: callback.id,
    phoneNumber: callback.phone_number_formatted,
    service: callback.service,
    desiredAt: callback.desired_at,
    state: callback.state,
    result: callback.result,
  }));
  if (lines.length === 0) {
    return <Text>None of those selected can be {WORDS[kind].done}.</Text>;
  }
  return <CallbackList label={label} lines={lines} />;
}

interface ButtonsProps {
  kind: BulkKind;
  count: number | undefined;
  when: When | null;
  isBusy: boolean;
  onBack: () => void;
  onConfirm: (when: When) => void;
}

function Buttons({ kind, count, when, isBusy, onBack, onConfirm }: ButtonsProps) {
  const { verb } = WORDS[kind];
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onBack} disabled={isBusy} data-autofocus>
        Back
      </Button>
      <Button
        {...(kind === "cancel" && { color: "red" })}
        loading={isBusy}
        disabled={!count || !when}
        onClick={() => when && onConfirm(when)}
      >
        {count ? `Confirm: ${verb} ${callbacks(count)}` : "Confirm"}
      </Button>
    </Group>
  );
}

/** What the range is, with its instants as they were when the dialog opened. */
function describe({ label, from, to, states, services }: RangeQuery, shown: Times): string {
  const span = from && to ? `${label}, ${shown.minute(from)} to ${shown.minute(to)}` : label;
  const ofStates = states ? `; only ${states.join(", ")}` : "";
  const ofServices = services ? `only ${services.join(", ")}` : "all services";
  return `${span}${ofStates}; ${ofServices}. Also those that the search does not show.`;
}
