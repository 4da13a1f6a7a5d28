import { Button, Menu } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { Fragment } from "react";

import { usePreferences } from "../../api/preferences";
import { BUILT_IN, ownRange, type Range } from "../ranges";

/** Chooses the range of desired times. */
export function RangeMenu({ range, onChoose }: { range: Range; onChoose: (range: Range) => void }) {
  const { preferences } = usePreferences();
  const own = preferences.custom_ranges.map(ownRange);
  const groups = own.length > 0 ? [...BUILT_IN, own] : BUILT_IN;
  return (
    <Menu position="bottom-start" width={200}>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          px={10}
          maw={190}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={`Range: ${range.label}`}
        >
          {range.label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {groups.map((group, index) => (
          <Fragment key={group[0]?.key}>
            {index > 0 && <Menu.Divider />}
            {group.map((each) => (
              <Menu.Item
                key={each.key}
                py={5}
                aria-current={each.key === range.key ? "true" : undefined}
                rightSection={each.key === range.key ? <IconCheck size={15} aria-hidden /> : null}
                onClick={() => onChoose(each)}
              >
                {each.label}
              </Menu.Item>
            ))}
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
