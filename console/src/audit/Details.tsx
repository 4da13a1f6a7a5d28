import { Text } from "@mantine/core";

/** A field that was changed; without `after` only that it was, for it may hold what is nobody else's. */
interface Change {
  field: string;
  before?: unknown;
  after?: unknown;
}

/** What an entry says beyond who did what: changed fields as before and after, anything else by name. */
export function Details({ of: { changes, ...rest } }: { of: Record<string, unknown> }) {
  return (
    <>
      {((changes ?? []) as Change[]).map((change) => (
        <Line key={change.field} name={change.field} text={"after" in change ? arrow(change) : "changed"} />
      ))}
      {Object.entries(rest).map(([name, value]) => (
        <Line key={name} name={name} text={shown(name, value)} />
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

const arrow = ({ field, before, after }: Change) => `${shown(field, before)} → ${shown(field, after)}`;

function shown(name: string, value: unknown): string {
  if (value === null) {
    return name === "services" ? "all" : "none";
  }
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) {
    return value.join(", ") || "none";
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
