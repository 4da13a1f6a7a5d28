import { ActionIcon, Button, Group, Menu, Tooltip } from "@mantine/core";
import { IconChevronDown, IconPlus, IconRefresh } from "@tabler/icons-react";
import { lazy, type RefObject } from "react";

import { PartBoundary } from "../../components/Boundary";
import { useMay } from "../../api/session";
import type { BulkKind } from "../bulk/work";
import type { Opened } from "../dialogs/Dialogs";
import { RangeMenu } from "./RangeMenu";
import type { ListQuery } from "../ranges";
import { SearchBox } from "./SearchBox";
import classes from "./Toolbar.module.css";
import type { Change, View } from "../view";

const ExportMenu = lazy(() => import("./ExportMenu"));

interface Props {
  view: View;
  onChange: (some: Change) => void;
  search: RefObject<HTMLInputElement | null>;
  onDown: () => void;
  onRefresh: () => void;
  isFetching: boolean;
  selected: number;
  query: ListQuery;
  onOpen: (dialog: Opened) => void;
  onBulk: (of: BulkKind) => void;
}

/** What restricts the list, and what can be done. */
export function Toolbar({
  view,
  onChange,
  search,
  onDown,
  onRefresh,
  isFetching,
  selected,
  query,
  onOpen,
  onBulk,
}: Props) {
  const may = useMay();
  return (
    <div className={classes.bar}>
      <RangeMenu range={view.range} onChoose={(range) => onChange({ range })} />
      <SearchBox view={view} onChange={onChange} input={search} onDown={onDown} />
      <Tooltip label="Refresh">
        <ActionIcon variant="default" size={30} aria-label="Refresh" onClick={onRefresh} aria-busy={isFetching}>
          <IconRefresh size={16} stroke={1.7} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <div className={classes.push} />
      {may("CHANGE_CALLBACKS") && <BulkButtons selected={selected} onBulk={onBulk} />}
      {may("EXPORT_CALLBACKS") && (
        <PartBoundary>
          <ExportMenu query={query} />
        </PartBoundary>
      )}
      <Button variant="default" size="xs" px={10} onClick={() => onOpen({ kind: "options" })}>
        Advanced Options
      </Button>
      {may("CREATE_CALLBACKS") && (
        <Button
          size="xs"
          px={10}
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => onOpen({ kind: "create" })}
        >
          Create Callback
        </Button>
      )}
    </div>
  );
}

function BulkButtons({ selected, onBulk }: { selected: number; onBulk: (of: BulkKind) => void }) {
  return (
    <Group gap={0} wrap="nowrap">
      <Button
        variant="default"
        size="xs"
        px={10}
        className={classes.joined}
        disabled={selected === 0}
        onClick={() => onBulk("cancel")}
      >
        Cancel Callbacks
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            variant="default"
            size={30}
            className={classes.split}
            disabled={selected === 0}
            aria-label="More for the selected callbacks"
          >
            <IconChevronDown size={14} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => onBulk("reschedule")}>Reschedule Callbacks</Menu.Item>
          <Menu.Item onClick={() => onBulk("recreate")}>Recreate Callbacks</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
