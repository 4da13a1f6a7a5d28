import { Button, Group, Input, SegmentedControl, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { api, data } from "../../api/client";
import { serverNow } from "../../api/clock";
import { useCreation } from "../../api/creation";
import { Dialog } from "../../components/Dialog";
import type { Kind } from "./create/fields";
import { useOffer } from "./create/queries";
import { WaitNow } from "./create/WaitNow";
import { CallbackFacts } from "./CallbackFacts";
import { useLatest } from "../latest";
import type { Callback } from "../model";
import { Refusal } from "./Refusal";
import { refusedAt } from "./refusals";
import { SlotPicker } from "../slots/SlotPicker";

interface Props {
  callback: Callback;
  onClose: () => void;
  onCreated: (callback: Callback) => void;
}

const KINDS = [
  { value: "immediate", label: "Now" },
  { value: "scheduled", label: "At a chosen time" },
];
const RECORDING_DAYS = 4;
const DAY = 24 * 60 * 60 * 1_000;

export default function RecreateCallback({ callback, onClose, onCreated }: Props) {
  const { latest: now } = useLatest(callback);
  return (
    <Dialog title="Recreate Callback" size="lg" onClose={onClose} closeOnClickOutside={false}>
      <Stack gap="md">
        <CallbackFacts callback={now} />
        <Text c="dimmed" size="sm">
          A new callback is made for the same customer, with the same name, priority and user data. {recordingName(now)}
        </Text>
        <Form callback={now} onClose={onClose} onCreated={onCreated} />
      </Stack>
    </Dialog>
  );
}

function Form({ callback, onClose, onCreated }: Props) {
  const [kind, setKind] = useState<Kind>("immediate");
  const [slot, setSlot] = useState<string | null>(null);
  const [wasTried, setTried] = useState(false);
  const offer = useOffer(kind === "immediate" ? callback.service : null, callback.phone_number);
  const { create, error, isPending, forget } = useCreation(
    (desired_at: string | null, key) =>
      data(
        api.POST("/api/v1/callbacks/{callback_id}/recreate", {
          params: { path: { callback_id: callback.id }, header: { "Idempotency-Key": key } },
          body: { desired_at },
        }),
      ),
    (made) => {
      onCreated(made);
      onClose();
    },
  );
  const isScheduled = kind === "scheduled";
  const choose = (wanted: Kind, startsAt: string | null) => {
    setKind(wanted);
    setSlot(startsAt);
    forget();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isScheduled || slot) {
      create(isScheduled ? (slot ?? "") : "now", isScheduled ? slot : null);
    }
  };
  const schedule = () => choose("scheduled", slot);
  return (
    <Stack component="form" gap="md" onSubmit={submit}>
      <Input.Wrapper label="When to call" labelElement="div">
        <SegmentedControl
          aria-label="When to call"
          data={KINDS}
          value={kind}
          onChange={(wanted) => choose(wanted as Kind, slot)}
          fullWidth
        />
      </Input.Wrapper>
      {isScheduled && (
        <SlotPicker
          service={callback.service}
          value={slot}
          onChange={(at) => choose("scheduled", at)}
          isMissing={wasTried}
        />
      )}
      {!isScheduled && !error && (
        <WaitNow offer={offer} onSchedule={schedule} onPick={(at) => choose("scheduled", at)} />
      )}
      <Refusal
        of={refusedAt("time", error)}
        onPick={(at) => choose("scheduled", at)}
        onSchedule={isScheduled ? undefined : schedule}
      />
      <Refusal of={refusedAt("form", error) ?? refusedAt("service", error) ?? refusedAt("number", error)} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button type="submit" loading={isPending}>
          Recreate
        </Button>
      </Group>
    </Stack>
  );
}

/** Whether the name that the customer spoke comes along. */
function recordingName({ has_name_recording: hasOne, completed_at: completedAt }: Callback): string {
  if (!hasOne) {
    return "There is no name recording to come along.";
  }
  const isKept = completedAt !== null && serverNow() - Date.parse(completedAt) < RECORDING_DAYS * DAY;
  return isKept
    ? "The customer's name recording comes along."
    : "The name recording does not come along: the callback was completed more than 4 days ago.";
}
