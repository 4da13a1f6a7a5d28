import { Button, Group, Text } from "@mantine/core";
import { IconCircleCheck, IconPhoneOff, IconSearchOff } from "@tabler/icons-react";

import { Empty } from "../components/Empty";
import { leaveFocusBefore } from "../components/focus";
import { LAST_14_DAYS, NEEDS_ATTENTION, NEXT_7_DAYS, OPEN } from "./ranges";
import { type Change, SEARCHED, type View } from "./view";

/** There are no callbacks to show: because of the search, or in this range at all. */
export function Nothing({ view, onChange }: { view: View; onChange: (some: Change) => void }) {
  const search = view.search.trim();
  if (search) {
    const column = SEARCHED.find(({ name }) => name === view.searchBy)?.label;
    return (
      <Empty Icon={IconSearchOff} title={`Nothing found for “${search}”`}>
        <Text size="sm" mb="sm">
          No {column} in “{view.range.label}” has it. Another column can be chosen beside the search box.
        </Text>
        <Button ref={leaveFocusBefore} size="xs" variant="default" onClick={() => onChange({ search: "" })}>
          Clear the search
        </Button>
      </Empty>
    );
  }
  const others = [OPEN, LAST_14_DAYS, NEXT_7_DAYS].filter(({ key }) => key !== view.range.key);
  const isFine = view.range === NEEDS_ATTENTION;
  return (
    <Empty
      Icon={isFine ? IconCircleCheck : IconPhoneOff}
      title={isFine ? "Nothing needs attention" : `No callbacks in “${view.range.label}”`}
    >
      <Text size="sm" mb="sm">
        {isFine
          ? "No callback is late, and none ended as EXPIRED, UNKNOWN, TELEPHONY_FAILED or AGENT_UNAVAILABLE."
          : "Ranges go by the time for which calls were asked. Look in another one:"}
      </Text>
      <Group gap="xs" justify="center">
        {others.map((range) => (
          <Button
            key={range.key}
            ref={leaveFocusBefore}
            size="xs"
            variant="default"
            onClick={() => onChange({ range })}
          >
            {range.label}
          </Button>
        ))}
      </Group>
    </Empty>
  );
}
