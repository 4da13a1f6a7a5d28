import { MultiSelect, Radio, Stack } from "@mantine/core";

import { useSession } from "../api/session";

interface Props {
  /** Names; null: all, also those to come. */
  value: string[] | null;
  onChange: (services: string[] | null) => void;
  error?: string;
}

/** Which services somebody is given: all, or some. Nobody gives what they do not have. */
export function ServicesField({ value, onChange, error }: Props) {
  const { services, sees_all_services: mayGiveAll } = useSession();
  const names = new Set(services.map(({ name }) => name));
  // What they have beside these is kept as it is.
  const others = (value ?? []).filter((name) => !names.has(name)).map((name) => ({ value: name, label: name }));
  const options = services.map(({ name, display_name }) => ({ value: name, label: display_name || name }));
  return (
    <Stack gap="xs">
      <Radio.Group
        label="Services"
        value={value === null ? "all" : "some"}
        onChange={(choice) => onChange(choice === "all" ? null : [])}
      >
        <Stack gap={6} mt={6}>
          <Radio value="all" label="All, also those to come" disabled={!mayGiveAll} />
          <Radio value="some" label="These" />
        </Stack>
      </Radio.Group>
      {value !== null && (
        <MultiSelect
          aria-label="The services given"
          placeholder={value.length ? undefined : "None yet"}
          data={[...options, ...others]}
          value={value}
          onChange={onChange}
          searchable
          clearable
          error={error}
          nothingFoundMessage="No service has such a name"
        />
      )}
    </Stack>
  );
}
