import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";

import { leaveFocusBefore } from "../../components/focus";
import type { Callback } from "../model";

interface Props {
  callback: Callback;
  /** The optional reason, which is kept above: it stays when this is left and come back to. */
  reason: string;
  onReason: (reason: string) => void;
  isPending: boolean;
  canCancel: boolean;
  onCancel: () => void;
  onBack: () => void;
  children: ReactNode;
}

/** Asks once more, and says what it does. `children`: why it was refused. */
export function CancelStep({ callback, reason, onReason, isPending, canCancel, onCancel, onBack, children }: Props) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (canCancel && !isPending) {
      onCancel();
    }
  };
  return (
    <Stack component="form" gap="sm" onSubmit={submit}>
      <Text>
        {callback.phone_number_formatted} will not be called for this request any more.
        {callback.state === "ROUTING" && " What rings now is hung up."} The callback becomes COMPLETED
        (CANCELLED_BY_ADMIN); to call after all, it has to be recreated.
      </Text>
      <TextInput
        label="Reason"
        description="Optional. It is kept with the callback."
        autoFocus
        maxLength={200}
        value={reason}
        onChange={(event) => onReason(event.currentTarget.value)}
      />
      {children}
      <Group justify="flex-end">
        <Button ref={leaveFocusBefore} variant="default" onClick={onBack}>
          Back
        </Button>
        <Button type="submit" color="red" loading={isPending} disabled={!canCancel}>
          Cancel Callback
        </Button>
      </Group>
    </Stack>
  );
}
