import { Button, Checkbox, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { api, data } from "../api/client";
import { serverNow } from "../api/clock";
import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Failure";
import { Secret } from "../components/Secret";
import { ServicesField } from "../components/ServicesField";
import { IS_DAY, type Times, useTimes } from "../components/times";
import { type ApiKey, KEYS, type KeyScope, requireSame, SCOPES } from "./data";

interface Fields {
  name: string;
  scopes: KeyScope[];
  services: string[] | null;
  /** A day, such as 2026-12-31; empty: never. */
  lastDay: string;
}

interface Props {
  before: ApiKey | null;
  onClose: () => void;
}

/** Creates an API key, whose secret is shown before the dialog closes, or changes one. */
export function KeyDialog({ before, onClose }: Props) {
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Dialog
      title={before ? `Edit API Key ${before.name}` : "Create API Key"}
      size="lg"
      onClose={onClose}
      closeOnClickOutside={false}
    >
      {secret ? (
        <Secret title="The secret is shown only now" what="secret" secret={secret} onDone={onClose}>
          The program sends it with each call, in the header X-API-Key. Whoever has it can do what the key can.
        </Secret>
      ) : (
        <KeyForm before={before} onClose={onClose} onSecret={setSecret} />
      )}
    </Dialog>
  );
}

function fieldsOf(before: ApiKey | null, times: Times): Fields {
  const { name = "", scopes = [], expires_at = null } = before ?? {};
  return { name, scopes, services: before ? before.services : [], lastDay: expires_at ? times.date(expires_at) : "" };
}

/** When a key expires that does so on that day: null is never, and a day that stays as it was keeps its time of day. */
function expiryOf(lastDay: string, before: ApiKey | null, times: Times): string | null {
  if (before && lastDay === fieldsOf(before, times).lastDay) {
    return before.expires_at;
  }
  return lastDay ? times.startOf(lastDay).toISOString() : null;
}

/** Why a key cannot expire on that day; null: it can. */
function expiryProblem(lastDay: string, before: ApiKey | null, times: Times): string | null {
  if (lastDay !== "" && !IS_DAY.test(lastDay)) {
    return "A year has four digits, such as 2026-12-31";
  }
  const expiry = expiryOf(lastDay, before, times);
  return expiry && Date.parse(expiry) <= serverNow() ? "Choose a day after today, or none" : null;
}

function useSave({ before, onClose, onSecret }: Props & { onSecret: (secret: string) => void }) {
  const client = useQueryClient();
  const { shown } = useTimes();
  return useMutation({
    mutationFn: async ({ name, scopes, services, lastDay }: Fields) => {
      const expires_at = expiryOf(lastDay, before, shown);
      if (before) {
        await requireSame(before, shown);
        const params = { path: { key_name: before.name } };
        await api.PUT("/api/v1/api-keys/{key_name}", { params, body: { scopes, services, expires_at } });
        return null;
      }
      const made = await data(
        api.POST("/api/v1/api-keys", { body: { name: name.trim(), scopes, services, expires_at } }),
      );
      return made.secret;
    },
    onSuccess: (secret) => {
      void client.invalidateQueries({ queryKey: KEYS });
      if (secret) {
        onSecret(secret);
      } else {
        onClose();
      }
    },
  });
}

function KeyForm(props: Props & { onSecret: (secret: string) => void }) {
  const { before, onClose } = props;
  const { shown } = useTimes();
  const [fields, setFields] = useState(() => fieldsOf(before, shown));
  const save = useSave(props);
  const change = (some: Partial<Fields>) => setFields((was) => ({ ...was, ...some }));
  const problem = expiryProblem(fields.lastDay, before, shown);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending && !problem) {
      save.mutate(fields);
    }
  };
  return (
    <Stack component="form" gap="md" onSubmit={submit}>
      <TextInput
        label="Name"
        description="Of the program that uses it; it stands in the audit"
        data-autofocus={!before || undefined}
        readOnly={!!before}
        required
        value={fields.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <Checkbox.Group
        label="Scopes"
        value={fields.scopes}
        onChange={(scopes) => change({ scopes: scopes as KeyScope[] })}
      >
        <Stack gap={6} mt={6}>
          {SCOPES.map(({ scope, about }) => (
            <Checkbox key={scope} value={scope} label={scope} description={about} />
          ))}
        </Stack>
      </Checkbox.Group>
      <ServicesField value={fields.services} onChange={(services) => change({ services })} />
      <TextInput
        label="Expires"
        description="At the beginning of this day; empty: never"
        type="date"
        maw="20rem"
        value={fields.lastDay}
        error={problem}
        onChange={(event) => change({ lastDay: event.currentTarget.value })}
      />
      <Failure of={save.error} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={save.isPending}>
          {before ? "Save" : "Create API Key"}
        </Button>
      </Group>
    </Stack>
  );
}
