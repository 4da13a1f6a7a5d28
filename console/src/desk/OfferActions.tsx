import { Button, Group, Menu, Popover, Stack, TextInput } from "@mantine/core";
import { IconChevronDown, IconPhone } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";

import { Failure } from "../components/Failure";
import { type Answer, useAnswer } from "./actions";

const SNOOZES = [
  { minutes: 1, label: "1 minute" },
  { minutes: 5, label: "5 minutes" },
  { minutes: 15, label: "15 minutes" },
  { minutes: 30, label: "30 minutes" },
  { minutes: 60, label: "1 hour" },
  { minutes: 240, label: "4 hours" },
];

/** Take the offer, leave it to the next agent, or put it off. */
export function OfferActions({ attempt, who, tell }: { attempt: string; who: string; tell: (text: string) => void }) {
  const answer = useAnswer(attempt, who, tell);
  const isAnswered = answer.isPending || answer.isSuccess;
  const give = (chosen: Answer) => !isAnswered && answer.mutate(chosen);
  const pending = answer.isPending ? answer.variables.kind : null;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Button
          size="md"
          leftSection={<IconPhone size={20} aria-hidden />}
          loading={pending === "accept"}
          onClick={() => give({ kind: "accept" })}
        >
          Take the call
        </Button>
        <Snooze isPending={pending === "snooze"} onChosen={(seconds) => give({ kind: "snooze", seconds })} />
        <Reject isPending={pending === "reject"} onReject={(reason) => give({ kind: "reject", reason })} />
      </Group>
      <Failure of={answer.error} />
    </Stack>
  );
}

function Snooze({ isPending, onChosen }: { isPending: boolean; onChosen: (seconds: number) => void }) {
  return (
    <Menu position="bottom-start" width={180}>
      <Menu.Target>
        <Button
          size="md"
          variant="default"
          loading={isPending}
          rightSection={<IconChevronDown size={16} aria-hidden />}
        >
          Snooze
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Offer it again in</Menu.Label>
        {SNOOZES.map(({ minutes, label }) => (
          <Menu.Item key={minutes} onClick={() => onChosen(minutes * 60)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Reject({ isPending, onReject }: { isPending: boolean; onReject: (reason: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onReject(reason);
    setOpen(false);
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} trapFocus position="bottom-start" width={300} returnFocus>
      <Popover.Target>
        <Button size="md" variant="default" loading={isPending} onClick={() => setOpen((was) => !was)}>
          Reject
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Reject the call">
        <Stack component="form" gap="xs" onSubmit={submit}>
          <TextInput
            label="Reason"
            description="Optional. The call goes to the next agent."
            data-autofocus
            maxLength={200}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button type="submit" color="red">
              Reject the call
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
