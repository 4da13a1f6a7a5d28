import { Button, Group, MultiSelect, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Failure";
import { nameProblem } from "../components/names";
import { useServiceOptions } from "../components/serviceOptions";
import { type Agent, type AgentChoices, useSaveAgent } from "./data";

interface Props {
  before: Agent | null;
  agents: Agent[];
  onClose: () => void;
}

/** Creates an agent (`before` null), or changes who is rung and for which services. */
export default function AgentDialog({ before, agents, onClose }: Props) {
  const services = useServiceOptions();
  // What was read when the dialog opened is what a change is compared with.
  const [read] = useState(before);
  const [fields, setFields] = useState(() => fieldsOf(before));
  const save = useSaveAgent(read, onClose);
  const change = (some: Partial<AgentChoices>) => setFields((was) => ({ ...was, ...some }));
  const problem = read ? null : (nameProblem(fields.name.trim() || fields.name) ?? takenProblem(fields.name, agents));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending && !problem) {
      const name = fields.name.trim();
      save.mutate({ ...fields, name, display_name: fields.display_name?.trim() || name });
    }
  };
  return (
    <Dialog
      title={read ? `Edit Agent ${read.name}` : "Create Agent"}
      size="lg"
      onClose={onClose}
      closeOnClickOutside={false}
    >
      <Stack component="form" gap="md" onSubmit={submit}>
        <Group grow align="flex-start">
          <TextInput
            label="Name"
            description="Stays as it is for good"
            required
            readOnly={!!read}
            data-autofocus={!read || undefined}
            error={problem}
            value={fields.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <TextInput
            label="Display Name"
            description="As others see them"
            data-autofocus={!!read || undefined}
            value={fields.display_name ?? ""}
            onChange={(event) => change({ display_name: event.currentTarget.value })}
          />
        </Group>
        <TextInput
          label="Telephone"
          description="What the telephone system rings: an extension such as 201, or sip:anna@10.0.0.7"
          required
          value={fields.endpoint}
          onChange={(event) => change({ endpoint: event.currentTarget.value })}
        />
        <MultiSelect
          label="Services"
          description="Whom they are called for"
          placeholder={fields.services.length ? undefined : "None yet: is never called"}
          data={services}
          value={fields.services}
          onChange={(chosen) => change({ services: chosen })}
          searchable
          clearable
          clearButtonProps={{ "aria-label": "No services" }}
          nothingFoundMessage="No service has such a name"
        />
        <Failure of={save.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {read ? "Save" : "Create Agent"}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function takenProblem(name: string, agents: Agent[]): string | null {
  const taken = agents.find((agent) => agent.name === name.trim());
  return taken ? `There is an agent ${taken.name} already` : null;
}

function fieldsOf(agent: Agent | null): AgentChoices {
  const { name = "", endpoint = "", services = [], display_name = "" } = agent ?? {};
  return { name, endpoint, services, display_name };
}
