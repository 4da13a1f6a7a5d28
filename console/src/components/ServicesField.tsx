import { MultiSelect, Radio, Stack } from "@mantine/core";

import { useSession } from "../api/session";
import { useKept } from "./kept";
import { useServiceOptions } from "./serviceOptions";

const NONE: string[] = [];

interface Props {
  /** Names; null: all, also those to come. */
  value: string[] | null;
  onChange: (services: string[] | null) => void;
}

/** Which services somebody is given: all, or some. Nobody gives what they do not have. */
export function ServicesField({ value, onChange }: Props) {
  const { sees_all_services: mayGiveAll } = useSession();
  const options = useServiceOptions(value ?? []);
  const some = useKept(value, NONE);
  return (
    <Stack gap="xs">
      <Radio.Group
        label="Services"
        value={value === null ? "all" : "some"}
        onChange={(choice) => onChange(choice === "all" ? null : some)}
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
          data={options}
          value={value}
          onChange={onChange}
          searchable
          clearable
          nothingFoundMessage="No service has such a name"
        />
      )}
    </Stack>
  );
}
