import { Alert, Button, Divider, Group, Stack, Title, Tooltip } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

import { api, data } from "../../api/client";
import { Dialog } from "../../components/Dialog";
import { CancelStep } from "./CancelStep";
import { CallbackFacts } from "./CallbackFacts";
import { useLatest } from "../latest";
import { type Callback, mayCancel, mayReschedule } from "../model";
import { Moved } from "./Moved";
import { Refusal } from "./Refusal";
import { refusedAt } from "./refusals";
import { SlotPicker } from "../slots/SlotPicker";

interface Props {
  callback: Callback;
  onClose: () => void;
  onChanged: () => void;
}

type Wanted =
  { act: "cancel"; reason: string } | { act: "reschedule"; slot: string; insteadOf: string } | { act: "call-now" };

export default function EditCallback({ callback, onClose, onChanged }: Props) {
  const { latest: now, error, keep, readAgain } = useLatest(callback);
  // The desired time that is to be changed: another one is not overwritten before it was seen.
  const [seen, setSeen] = useState(callback.desired_at);
  const [isCancelling, setCancelling] = useState(false);
  // What was chosen and typed stays while somebody thinks about cancelling.
  const [slot, setSlot] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const change = useMutation({
    mutationFn: (wanted: Wanted) => asked(callback.id, wanted),
    onSuccess: (changed) => {
      keep(changed);
      onChanged();
      onClose();
    },
    onError: readAgain,
  });
  const act = change.variables?.act;
  return (
    <Dialog
      title={isCancelling ? "Cancel Callback" : "Edit Callback"}
      size="lg"
      onClose={onClose}
      closeOnClickOutside={false}
    >
      <Stack gap="md">
        <Current callback={now} error={error} />
        {isCancelling ? (
          <CancelStep
            callback={now}
            reason={reason}
            onReason={setReason}
            isPending={change.isPending}
            canCancel={mayCancel(now)}
            onCancel={() => change.mutate({ act: "cancel", reason })}
            onBack={() => setCancelling(false)}
          >
            <Refusal of={act === "cancel" ? change.error : null} />
          </CancelStep>
        ) : (
          <Change
            callback={now}
            change={change}
            slot={slot}
            onSlot={setSlot}
            seen={seen}
            onSeen={() => setSeen(now.desired_at)}
            onCancel={() => setCancelling(true)}
            onBack={onClose}
          />
        )}
      </Stack>
    </Dialog>
  );
}

function asked(id: string, wanted: Wanted): Promise<Callback> {
  const params = { path: { callback_id: id } };
  switch (wanted.act) {
    case "cancel":
      return data(
        api.POST("/api/v1/callbacks/{callback_id}/cancel", { params, body: { reason: wanted.reason.trim() || null } }),
      );
    case "reschedule":
      return data(
        api.POST("/api/v1/callbacks/{callback_id}/reschedule", {
          params,
          body: { desired_at: wanted.slot, instead_of: wanted.insteadOf },
        }),
      );
    case "call-now":
      return data(api.POST("/api/v1/callbacks/{callback_id}/call-now", { params }));
  }
}

function Current({ callback, error }: { callback: Callback; error: unknown }) {
  const why = whyNotChangeable(callback);
  return (
    <section aria-labelledby="current-callback">
      <Title order={2} size="h3" id="current-callback" mb={6}>
        Current Callback Information
      </Title>
      <CallbackFacts callback={callback} />
      {why && (
        <Alert color="gray" variant="light" role="status" mt="sm" p="xs">
          {why}
        </Alert>
      )}
      <Refusal of={error} />
    </section>
  );
}

/** Why it cannot be changed as it could be in another state; null: it can be. */
function whyNotChangeable({ state, agent }: Callback): string | null {
  switch (state) {
    case "PROCESSING":
      return `It is with ${agent ? `the agent ${agent}` : "an agent"} now: it cannot be cancelled or changed any more.`;
    case "COMPLETED":
      return "It is completed: it cannot be cancelled or changed any more. It can be recreated.";
    case "QUEUED":
      return "It waits for an agent already: its time cannot be changed. It can be cancelled.";
    case "ROUTING":
      return "It is being called: its time cannot be changed. It can be cancelled, and what rings is then hung up.";
    default:
      return null;
  }
}

interface ChangeProps {
  callback: Callback;
  change: ReturnType<typeof useMutation<Callback, Error, Wanted>>;
  slot: string | null;
  onSlot: (startsAt: string | null) => void;
  /** The desired time that the user knows of. */
  seen: string;
  onSeen: () => void;
  onCancel: () => void;
  onBack: () => void;
}

function Change({ callback, change, slot, onSlot, seen, onSeen, onCancel, onBack }: ChangeProps) {
  const act = change.isPending ? change.variables.act : null;
  const canReschedule = mayReschedule(callback);
  const isMoved = canReschedule && callback.desired_at !== seen;
  const isHeld = isMoved || change.isPending;
  const choose = (startsAt: string | null) => {
    onSlot(startsAt);
    change.reset();
  };
  return (
    <Stack
      component="form"
      gap="md"
      onSubmit={(event) => {
        event.preventDefault();
        if (slot && canReschedule && !isHeld) {
          change.mutate({ act: "reschedule", slot, insteadOf: seen });
        }
      }}
    >
      {canReschedule && (
        <section aria-labelledby="change-desired-time">
          <Divider mb="md" />
          <Title order={2} size="h3" id="change-desired-time" mb={6}>
            Change Desired Time
          </Title>
          <SlotPicker service={callback.service} value={slot} onChange={choose} />
        </section>
      )}
      {isMoved ? (
        <Moved
          from={seen}
          to={callback.desired_at}
          onSeen={() => {
            onSeen();
            change.reset();
          }}
        />
      ) : (
        <Refused error={change.error} onPick={choose} />
      )}
      <Group justify="space-between">
        <Inactive why={mayCancel(callback) ? null : whyNotChangeable(callback)}>
          <Button color="red" variant="light" onClick={onCancel} disabled={!mayCancel(callback) || change.isPending}>
            Cancel Callback
          </Button>
        </Inactive>
        <Group gap="xs">
          <Button variant="default" onClick={onBack}>
            Back
          </Button>
          {canReschedule && (
            <>
              <Button
                variant="default"
                loading={act === "call-now"}
                disabled={isHeld}
                onClick={() => change.mutate({ act: "call-now" })}
              >
                Call now
              </Button>
              <Button type="submit" loading={act === "reschedule"} disabled={!slot || isHeld}>
                Reschedule
              </Button>
            </>
          )}
        </Group>
      </Group>
    </Stack>
  );
}

function Refused({ error, onPick }: { error: unknown; onPick: (startsAt: string) => void }) {
  return (
    <>
      <Refusal of={refusedAt("time", error)} onPick={onPick} />
      <Refusal of={refusedAt("form", error) ?? refusedAt("service", error) ?? refusedAt("number", error)} />
    </>
  );
}

/** A button that can be inactive, with the reason to hover. */
function Inactive({ why, children }: { why: string | null; children: ReactNode }) {
  return (
    <Tooltip label={why} disabled={!why}>
      <span>{children}</span>
    </Tooltip>
  );
}
