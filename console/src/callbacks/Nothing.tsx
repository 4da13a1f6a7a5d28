import { Button, Group } from "@mantine/core";
import { IconPhoneOff, IconSearchOff } from "@tabler/icons-react";

import { Empty } from "../components/Empty";
import { LAST_14_DAYS, NEXT_7_DAYS, OPEN } from "./ranges";
import { type Change, SEARCHED, type View } from "./view";

/** There are no callbacks to show: because of the search, or in this range at all. */
export function Nothing({ view, onChange }: { view: View; onChange: (some: Change) => void }) {
  const search = view.search.trim();
  if (search) {
    const column = SEARCHED.find(({ name }) => name === view.searchBy)?.label;
    return (
      <Empty Icon={IconSearchOff} title={`Nothing found for “${search}”`}>
        <p>
          No {column} in “{view.range.label}” has it. Another column can be chosen beside the search box.
        </p>
        <Button size="xs" variant="default" onClick={() => onChange({ search: "" })}>
          Clear the search
        </Button>
      </Empty>
    );
  }
  const others = [OPEN, LAST_14_DAYS, NEXT_7_DAYS].filter(({ key }) => key !== view.range.key);
  return (
    <Empty Icon={IconPhoneOff} title={`No callbacks in “${view.range.label}”`}>
      <p>Ranges go by the time for which calls were asked. Look in another one:</p>
      <Group gap="xs" justify="center">
        {others.map((range) => (
          <Button key={range.key} size="xs" variant="default" onClick={() => onChange({ range })}>
            {range.label}
          </Button>
        ))}
      </Group>
    </Empty>
  );
}
