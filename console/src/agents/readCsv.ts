import type { AgentChoices } from "./data";

const COLUMNS = ["name", "display_name", "endpoint", "services"];
const REQUIRED = ["name", "endpoint", "services"];

/** The rows of a CSV text: quoted fields may hold the separator, quotes and line breaks. */
function rowsOf(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r?\\n|$)`, "gy");
  for (;;) {
    const at = field.lastIndex;
    const found = field.exec(text);
    if (!found) {
      const line = text.slice(0, at).split("\n").length;
      throw new Error(`Line ${line} cannot be read: quotes belong around the whole of a field, and twice within it.`);
    }
    row.push((found[1]?.replaceAll('""', '"') ?? found[2] ?? "").trim());
    if (found[3] !== separator) {
      rows.push(row);
      row = [];
    }
    if (field.lastIndex >= text.length) {
      break;
    }
  }
  return rows.filter((each) => each.some(Boolean));
}

/** Agents from a CSV text as `ringback agents import` takes it. Throws an Error with a sentence for people. */
export function agentsOf(text: string): AgentChoices[] {
  const plain = text.replace(/^\uFEFF/, "");
  const first = plain.split(/\r?\n/, 1)[0] ?? "";
  // Spreadsheets of some countries put semicolons between columns.
  const separator = first.includes(",") || !first.includes(";") ? "," : ";";
  const [head = [], ...rows] = rowsOf(plain, separator);
  const missing = REQUIRED.filter((name) => !head.includes(name));
  const unknown = head.filter((name) => !COLUMNS.includes(name));
  if (missing.length || unknown.length) {
    const what = missing.length ? `lacks ${missing.join(", ")}` : `has ${unknown.join(", ")}, which nobody knows`;
    throw new Error(`The first line ${what}. It is: ${COLUMNS.join(",")}`);
  }
  return rows.map((row) => {
    if (row.length !== head.length) {
      const what = `has ${row.length} columns instead of ${head.length}`;
      throw new Error(
        `The line of ${row[0] || "somebody without a name"} ${what}. Quotes belong around fields with a ${separator}`,
      );
    }
    const of = (name: string) => row[head.indexOf(name)] ?? "";
    const services = of("services")
      .split(";")
      .map((each) => each.trim())
      .filter(Boolean);
    return { name: of("name"), endpoint: of("endpoint"), services, display_name: of("display_name") || null };
  });
}
