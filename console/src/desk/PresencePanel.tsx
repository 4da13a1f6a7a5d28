import { Alert, Button, Group, Menu, Paper, Stack, Text, TextInput } from "@mantine/core";
import { IconChevronDown, IconCircleCheck, IconPlayerPause } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";

import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Failure";
import { isInCall, PresenceBadge, presenceLabel } from "../components/PresenceBadge";
import { stopwatch, useSecond } from "../components/ticking";
import { useTimes } from "../components/times";
import { useAskPresence } from "./actions";
import { type Agent, type Presence } from "./data";
import classes from "./Desk.module.css";
import { whyForced } from "./words";

const REASONS = ["Break", "Lunch", "Meeting", "Training", "Paperwork"];

type Ask = (wanted: { state: Presence; reason?: string }, onDone?: () => void) => void;

/** Whether the agent can be called, since when and why; and the way to change it. */
export function PresencePanel({ agent }: { agent: Agent }) {
  const ask = useAskPresence(agent.name);
  const [isExplaining, setExplaining] = useState(false);
  const set: Ask = (wanted, onDone) => !ask.isPending && ask.mutate(wanted, { onSuccess: onDone });
  const explain = (isOpen: boolean) => {
    ask.reset();
    setExplaining(isOpen);
  };
  const isLater = isInCall(agent.presence);
  const target = agent.wanted_presence ?? agent.presence;
  return (
    <Paper withBorder px="md" py="sm" component="section" aria-label="Presence">
      <Stack gap="xs">
        <Group justify="space-between" gap="sm">
          <Standing agent={agent} />
          <Group gap="xs">
            <Button
              size="md"
              variant={target === "READY" || isLater ? "default" : "filled"}
              leftSection={<IconCircleCheck size={20} aria-hidden />}
              disabled={target === "READY" && !ask.isPending}
              loading={ask.isPending && ask.variables.state === "READY"}
              onClick={() => set({ state: "READY" })}
            >
              Ready
            </Button>
            <NotReady
              isPending={ask.isPending && ask.variables.state !== "READY"}
              onAsk={set}
              onExplain={() => explain(true)}
            />
          </Group>
        </Group>
        {isLater && (
          <Text size="sm" c="dimmed">
            {afterwards(agent)}
          </Text>
        )}
        <Forced agent={agent} />
        {!isExplaining && <Failure of={ask.error} />}
      </Stack>
      {isExplaining && (
        <OtherReason isPending={ask.isPending} error={ask.error} onAsk={set} onClose={() => explain(false)} />
      )}
    </Paper>
  );
}

function afterwards({ wanted_presence: wanted, wanted_reason: reason }: Agent): string {
  if (!wanted) {
    return "What you choose now takes effect after this call.";
  }
  return `After this call: ${presenceLabel(wanted)}${reason ? ` (${reason})` : ""}`;
}

function Standing({ agent }: { agent: Agent }) {
  const { shown } = useTimes();
  const now = useSecond();
  const isWrappingUp = agent.presence === "WRAP_UP" && agent.wrap_up_ends_at;
  const reason = whyForced(agent.presence_reason) ? null : agent.presence_reason;
  return (
    <Group gap="sm">
      <PresenceBadge presence={agent.presence} isLarge />
      <Text>
        {isWrappingUp ? (
          <>
            <b>{stopwatch(Date.parse(agent.wrap_up_ends_at ?? "") - now)}</b> left, then Ready
          </>
        ) : (
          <>
            {reason && <b>{reason} · </b>}
            since {shown.clock(agent.presence_since)} ({stopwatch(now - Date.parse(agent.presence_since))})
          </>
        )}
      </Text>
    </Group>
  );
}

function Forced({ agent }: { agent: Agent }) {
  const why = agent.presence === "NOT_READY" ? whyForced(agent.presence_reason) : null;
  return (
    <div role="status" className={classes.told}>
      {why && (
        <Alert color="yellow" variant="light" title={why.what} icon={<IconPlayerPause aria-hidden />}>
          {why.then}
        </Alert>
      )}
    </div>
  );
}

function NotReady({ isPending, onAsk, onExplain }: { isPending: boolean; onAsk: Ask; onExplain: () => void }) {
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <Button
          size="md"
          variant="default"
          loading={isPending}
          rightSection={<IconChevronDown size={16} aria-hidden />}
        >
          Not ready
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {REASONS.map((reason) => (
          <Menu.Item key={reason} onClick={() => onAsk({ state: "NOT_READY", reason })}>
            {reason}
          </Menu.Item>
        ))}
        <Menu.Item onClick={onExplain}>Another reason</Menu.Item>
        <Menu.Item onClick={() => onAsk({ state: "NOT_READY" })}>Without a reason</Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => onAsk({ state: "BUSY_ELSEWHERE" })}>Busy elsewhere: another call</Menu.Item>
        <Menu.Item onClick={() => onAsk({ state: "OFFLINE" })}>Offline: the end of work</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface OtherReasonProps {
  isPending: boolean;
  error: unknown;
  onAsk: Ask;
  onClose: () => void;
}

function OtherReason({ isPending, error, onAsk, onClose }: OtherReasonProps) {
  const [reason, setReason] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAsk({ state: "NOT_READY", reason: reason.trim() }, onClose);
  };
  return (
    <Dialog title="Not ready" onClose={onClose}>
      <Stack component="form" gap="md" onSubmit={submit}>
        <TextInput
          label="Reason"
          description="Supervisors see it"
          data-autofocus
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Failure of={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isPending}>
            Not ready
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
