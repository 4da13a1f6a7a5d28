import { Button, Checkbox, Group, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { api, data } from "../api/client";
import { conflict, orNull } from "../api/problems";
import type { components } from "../api/schema";
import { useSession } from "../api/session";
import { Failure } from "../components/Failure";
import { nameProblem } from "../components/names";
import { ServicesField } from "../components/ServicesField";
import { readUser, type Role, ROLES, type User, USERS, useUsers } from "./data";
import { GivenPassword } from "./GivenPassword";
import { ResetPassword } from "./ResetPassword";

type SavedUser = components["schemas"]["SavedUser"];

interface Props {
  before: { user: User; etag: string } | null;
  onClose: () => void;
  onCreated?: (given: { name: string; password: string }) => void;
}

interface Fields {
  name: string;
  display_name: string;
  roles: Role[];
  services: string[] | null;
  agent: string | null;
  is_enabled: boolean;
}

function fieldsOf(user: User | undefined): Fields {
  const { name = "", display_name = "", roles = [], agent = null, is_enabled = true } = user ?? {};
  return { name, display_name, roles, services: user ? user.services : [], agent, is_enabled };
}

/** Saves the user; one that is there must be as it was read. */
function useSave({ before, onClose, onCreated }: Props) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ name: typed, display_name, ...rest }: Fields) => {
      const name = typed.trim();
      if (!before && (await orNull(readUser(name)))) {
        throw conflict("user-there", `There is a user ${name} already. Choose another name, or edit that one.`);
      }
      const body = { ...rest, display_name: display_name.trim() || name };
      const header = before ? { "If-Match": before.etag } : {};
      const params = { path: { user_name: name }, header };
      return (await api.PUT("/api/v1/users/{user_name}", { params, body })).data as SavedUser;
    },
    onSuccess: ({ user, password }) => {
      void client.invalidateQueries({ queryKey: USERS });
      if (password) {
        onCreated?.({ name: user.name, password });
      } else {
        onClose();
      }
    },
  });
}

/** Why there cannot be a new user of this name: the call that creates one would change who has it. */
function useTaken(name: string): string | undefined {
  const { data: users } = useUsers();
  const sought = name.trim().toLowerCase();
  const other = users?.find((user) => user.name.toLowerCase() === sought);
  return other && `There is a user ${other.name} already`;
}

export function UserForm(props: Props) {
  const { onClose } = props;
  // What is typed is compared with what was read first, and the server says so when somebody else was quicker.
  const [before] = useState(props.before);
  const [fields, setFields] = useState(() => fieldsOf(before?.user));
  const save = useSave({ ...props, before });
  const taken = useTaken(before ? "" : fields.name);
  const problem = before ? null : (nameProblem(fields.name.trim() || fields.name) ?? taken);
  const change = (some: Partial<Fields>) => setFields((was) => ({ ...was, ...some }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending && !problem) {
      save.mutate(fields);
    }
  };
  return (
    <Stack component="form" gap="md" onSubmit={submit}>
      <Group grow align="flex-start">
        <TextInput
          label="Name"
          description="What they log in with"
          data-autofocus={!before || undefined}
          readOnly={!!before}
          required
          maxLength={64}
          error={problem}
          value={fields.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <TextInput
          label="Display Name"
          description="As others see them"
          data-autofocus={!!before || undefined}
          value={fields.display_name}
          onChange={(event) => change({ display_name: event.currentTarget.value })}
        />
      </Group>
      <RolesField value={fields.roles} onChange={(roles) => change({ roles })} />
      {fields.roles.includes("AGENT") && <AgentField value={fields.agent} onChange={(agent) => change({ agent })} />}
      <ServicesField value={fields.services} onChange={(services) => change({ services })} />
      {before && (
        <Switch
          label="May log in"
          description="Without it they are logged out everywhere, and what they did keeps their name"
          checked={fields.is_enabled}
          onChange={(event) => change({ is_enabled: event.currentTarget.checked })}
        />
      )}
      <Failure of={save.error} />
      <Buttons edited={before?.user.name} isSaving={save.isPending} onClose={onClose} />
    </Stack>
  );
}

interface ButtonsProps {
  edited?: string;
  isSaving: boolean;
  onClose: () => void;
}

/** A password that is given stands in their place until it is noted: what is typed above stays. */
function Buttons({ edited, isSaving, onClose }: ButtonsProps) {
  const [given, setGiven] = useState<{ password: string; isNoted: boolean } | null>(null);
  if (edited && given && !given.isNoted) {
    const done = () => setGiven({ ...given, isNoted: true });
    return <GivenPassword name={edited} password={given.password} onDone={done} />;
  }
  const give = (password: string) => setGiven({ password, isNoted: false });
  return (
    <Group justify="space-between">
      {edited ? <ResetPassword name={edited} isDone={given !== null} onGiven={give} /> : <span />}
      <Group gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={isSaving}>
          {edited ? "Save" : "Create User"}
        </Button>
      </Group>
    </Group>
  );
}

function RolesField({ value, onChange }: { value: Role[]; onChange: (roles: Role[]) => void }) {
  return (
    <Checkbox.Group
      label="Roles"
      description="They may be combined"
      value={value}
      onChange={(roles) => onChange(roles as Role[])}
    >
      <Stack gap={6} mt={6}>
        {ROLES.map(({ role, label, about }) => (
          <Checkbox key={role} value={role} label={label} description={about} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

function AgentField({ value, onChange }: { value: string | null; onChange: (agent: string | null) => void }) {
  const { user } = useSession();
  const { data: agents, error } = useQuery({
    queryKey: ["agents"],
    queryFn: async () => (await data(api.GET("/api/v1/agents"))).items,
    enabled: user.permissions.includes("SEE_AGENTS"),
  });
  const options = (agents ?? []).map(({ name, display_name }) => ({
    value: name,
    label: `${display_name || name} (${name})`,
  }));
  const isThere = value === null || options.some((option) => option.value === value);
  return (
    <>
      <Select
        label="Agent"
        description="Whose desk it is: who is rung, and for which services"
        placeholder="None yet"
        data={isThere ? options : [...options, { value: value, label: value }]}
        value={value}
        onChange={onChange}
        searchable
        clearable
        nothingFoundMessage="No agent has such a name"
      />
      <Failure of={error} />
    </>
  );
}
