import { ActionIcon, Checkbox, Text, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";

import type { ColumnDraft } from "./draft";
import classes from "./Options.module.css";

interface Props {
  columns: ColumnDraft[];
  onChange: (columns: ColumnDraft[]) => void;
}

/** Which columns, and in which order. */
export function Columns({ columns, onChange }: Props) {
  const move = (index: number, by: 1 | -1) => {
    const moved = [...columns];
    moved.splice(index + by, 0, ...moved.splice(index, 1));
    onChange(moved);
  };
  const toggle = (name: string) =>
    onChange(columns.map((column) => (column.name === name ? { ...column, isShown: !column.isShown } : column)));
  return (
    <>
      <ul className={classes.columns}>
        {columns.map(({ name, label, isShown }, index) => (
          <li key={name}>
            <Checkbox size="sm" label={label} checked={isShown} onChange={() => toggle(name)} />
            <span className={classes.order}>
              <Move label={`Move ${label} up`} Icon={IconArrowUp} isOff={index === 0} onMove={() => move(index, -1)} />
              <Move
                label={`Move ${label} down`}
                Icon={IconArrowDown}
                isOff={index === columns.length - 1}
                onMove={() => move(index, 1)}
              />
            </span>
          </li>
        ))}
      </ul>
      {!columns.some(({ isShown }) => isShown) && (
        <Text c="var(--mantine-color-error)" size="sm" role="alert">
          Choose at least one column.
        </Text>
      )}
    </>
  );
}

interface MoveProps {
  label: string;
  Icon: typeof IconArrowUp;
  isOff: boolean;
  onMove: () => void;
}

// It keeps the focus when there is no further to go: `disabled` would lose it.
function Move({ label, Icon, isOff, onMove }: MoveProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={24}
        aria-label={label}
        aria-disabled={isOff}
        data-disabled={isOff || undefined}
        onClick={isOff ? undefined : onMove}
      >
        <Icon size={15} stroke={1.8} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
