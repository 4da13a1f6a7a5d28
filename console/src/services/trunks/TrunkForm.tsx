import { Button, Group, NumberInput, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { api, data } from "../../api/client";
import { conflict } from "../../api/problems";
import { Dialog } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { nameProblem } from "../../components/names";
import { refreshLists, type Trunk } from "../data";

interface Values {
  name: string;
  link: string;
  channels: number | null;
  rate: number | null;
}

const isOf = (value: number | null, low: number, high: number) => value === null || (value >= low && value <= high);

function limitsText({ link, channels, calls_per_second: rate }: Trunk): string {
  return `link ${link}, ${channels ?? "no limit of"} channels, ${rate ?? "no limit of"} calls per second`;
}

// Trunks have no revision to save by: what it was when the dialog opened is compared just before.
async function requireSame(before: Trunk | null, name: string): Promise<void> {
  const trunks = (await data(api.GET("/api/v1/trunks"))).items;
  const now = trunks.find((trunk) => trunk.name === name);
  const same = before && now ? limitsText(before) === limitsText(now) : before === null && !now;
  if (!same) {
    const detail = now
      ? `${before ? "Somebody changed it meanwhile" : "There is a trunk of this name already"}: ${limitsText(now)}. Close this and look again.`
      : "Somebody deleted it meanwhile. Close this and look again.";
    throw conflict("trunk-changed", detail);
  }
}

function valuesOf(trunk: Trunk | null): Values {
  const { name = "", link = "main", channels = null, calls_per_second: rate = null } = trunk ?? {};
  return { name, link, channels, rate };
}

/** What is wrong with each value; null: nothing. `taken`: names that a new trunk cannot have. */
function problemsOf({ name, link, channels, rate }: Values, taken: string[]) {
  return {
    name: nameProblem(name) ?? (taken.includes(name) ? "There is a trunk of this name already." : null),
    link: link.trim().length >= 1 && link.length <= 64 ? null : "1 to 64 characters.",
    channels:
      isOf(channels, 1, 100_000) && Number.isInteger(channels ?? 1)
        ? null
        : "A whole number from 1 to 100,000, or nothing.",
    rate: isOf(rate, 0.01, 1_000) ? null : "From 0.01 to 1,000, or nothing.",
  };
}

/** Creates a trunk, or changes one. */
export function TrunkForm({ trunk, names, onClose }: { trunk: Trunk | null; names: string[]; onClose: () => void }) {
  const client = useQueryClient();
  const [begun] = useState(trunk);
  const [values, setValues] = useState(() => valuesOf(trunk));
  const { name, link, channels, rate } = values;
  const put = (some: Partial<Values>) => setValues((before) => ({ ...before, ...some }));
  const problems = problemsOf(values, begun ? [] : names);
  const isWell = name !== "" && Object.values(problems).every((problem) => problem === null);
  const save = useMutation({
    mutationFn: async () => {
      await requireSame(begun, name);
      return api.PUT("/api/v1/trunks/{trunk_name}", {
        params: { path: { trunk_name: name } },
        body: { link, channels, calls_per_second: rate },
      });
    },
    onSuccess: () => {
      refreshLists(client);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isWell && !save.isPending) {
      save.mutate();
    }
  };
  return (
    <Dialog title={begun ? `Edit Trunk ${begun.name}` : "Create Trunk"} onClose={onClose} closeOnClickOutside={false}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {!begun && (
            <TextInput
              label="Name"
              required
              data-autofocus
              value={name}
              error={problems.name}
              onChange={(event) => put({ name: event.currentTarget.value })}
            />
          )}
          <TextInput
            label="Link"
            description="The telephony link that it is part of, as RINGBACK_LINKS names it."
            required
            value={link}
            error={problems.link}
            onChange={(event) => put({ link: event.currentTarget.value })}
          />
          <Limit
            label="Channels"
            description="Customers' calls at once. Empty: no limit."
            value={channels}
            error={problems.channels}
            onChange={(value) => put({ channels: value })}
          />
          <Limit
            label="Calls per second"
            description="How fast calls are begun. Empty: no limit."
            value={rate}
            error={problems.rate}
            onChange={(value) => put({ rate: value })}
          />
          <Failure of={save.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isWell} loading={save.isPending}>
              {begun ? "Save" : "Create Trunk"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

interface LimitProps {
  label: string;
  description: string;
  value: number | null;
  error: string | null;
  onChange: (value: number | null) => void;
}

function Limit({ value, onChange, ...props }: LimitProps) {
  return (
    <NumberInput
      {...props}
      hideControls
      placeholder="no limit"
      value={value ?? ""}
      onChange={(typed) => onChange(String(typed).trim() === "" ? null : Number(typed))}
    />
  );
}
