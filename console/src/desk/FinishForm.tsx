import { Button, Group, Radio, Stack, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { Refusal } from "../callbacks/dialogs/Refusal";
import { useSecond } from "../components/ticking";
import { useTimes } from "../components/times";
import { useFinish } from "./actions";
import { againAt, againProblem, CallAgain } from "./CallAgain";
import { type Draft, useDraft } from "./drafts";
import { dispositionName } from "./words";

const MAX_NOTE = 2_000;
const NEARLY = 200;
// An agent sees no other callback than the one in hand.
const SENTENCES = {
  "already-waiting": "This customer has asked again meanwhile, and that callback waits. Untick “Call again” to finish.",
};

interface Props {
  attempt: string;
  who: string;
  dispositions: string[];
  zone: string | null;
  /** They still talk: finishing ends the call. */
  isTalking: boolean;
  /** Whether it is what the agent has in hand, and not left over. */
  isInHand: boolean;
  onDone: (whatFollows: string) => void;
}

/** What came of a talk. It may be written while they talk; what is written is kept until it is sent. */
export function FinishForm({ attempt, who, dispositions, zone, isTalking, isInHand, onDone }: Props) {
  const now = useSecond();
  const { shown } = useTimes();
  const [draft, change] = useDraft(attempt, who);
  const [isAsked, setAsked] = useState(false);
  const finish = useFinish(attempt, onDone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (finish.isPending || !draft.disposition || (draft.again && againProblem(draft, shown, now, true))) {
      return;
    }
    const again = draft.again ? againAt(draft, shown) : null;
    finish.mutate({
      disposition: draft.disposition,
      note: draft.note.trim() || null,
      call_again_at: again && again.toISOString(),
    });
  };
  return (
    <form noValidate onSubmit={submit} aria-label="What came of the call">
      <Stack gap="sm">
        <Disposition {...{ draft, change, dispositions }} isMissing={isAsked && !draft.disposition} />
        <Note {...{ draft, change }} />
        <CallAgain {...{ draft, change, zone, now, isAsked }} />
        <Refusal
          of={finish.error}
          onPick={(at) => change({ again: true, ...wallClock(new Date(at), shown.zone) })}
          sentences={SENTENCES}
        />
        <Group>
          <Button type="submit" size="md" variant={isInHand ? "filled" : "light"} loading={finish.isPending}>
            {isTalking ? "Finish and end the call" : "Finish"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldProps {
  draft: Draft;
  change: (some: Partial<Draft>) => void;
}

function Disposition({
  draft,
  change,
  dispositions,
  isMissing,
}: FieldProps & { dispositions: string[]; isMissing: boolean }) {
  return (
    <Radio.Group
      label="What came of it"
      value={draft.disposition}
      onChange={(disposition) => change({ disposition })}
      error={isMissing ? "Say what came of it" : undefined}
    >
      <Group gap="md" mt={6}>
        {dispositions.map((each) => (
          <Radio key={each} value={each} label={dispositionName(each)} />
        ))}
      </Group>
    </Radio.Group>
  );
}

function Note({ draft, change }: FieldProps) {
  const left = MAX_NOTE - draft.note.length;
  return (
    <Textarea
      label="Note"
      autosize
      minRows={2}
      maxRows={10}
      maxLength={MAX_NOTE}
      description={left < NEARLY ? `${left} characters left` : undefined}
      value={draft.note}
      onChange={(event) => change({ note: event.currentTarget.value })}
    />
  );
}

/** Date and time of an instant as the fields hold them. */
function wallClock(at: Date, zone: string): { date: string; time: string } {
  const text = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(at);
  return { date: text.slice(0, 10), time: text.slice(11, 16) };
}
