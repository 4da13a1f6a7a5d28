import { Text } from "@mantine/core";

interface Change {
  before: unknown;
  after: unknown;
}

/** What an entry says beyond who did what: changed fields as before and after, anything else by name. */
export function Details({ of: { changes, ...rest } }: { of: Record<string, unknown> }) {
  const changed = Object.entries((changes ?? {}) as Record<string, Change | null>);
  return (
    <>
      {changed.map(([field, change]) => (
        <Line key={field} name={field} text={change && "after" in change ? arrow(change) : "changed"} />
      ))}
      {Object.entries(rest).map(([name, value]) => (
        <Line key={name} name={name} text={shown(value)} />
      ))}
    </>
  );
}

function Line({ name, text }: { name: string; text: string }) {
  return (
    <Text size="sm" style={{ overflowWrap: "anywhere" }}>
      <Text span c="dimmed">
        {name}:{" "}
      </Text>
      {text}
    </Text>
  );
}

const arrow = ({ before, after }: Change) => (before === null ? shown(after) : `${shown(before)} → ${shown(after)}`);

function shown(value: unknown): string {
  return value === null ? "none" : typeof value === "string" ? value : JSON.stringify(value);
}
