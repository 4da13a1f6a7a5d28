import { numeral } from "../components/numbers";
import { type Order, orderOf, type Sortable } from "../components/sorting";
import type { Figures, Line } from "./figures";
import type { By, Per, Shows } from "./view";
import { TERM_NAMES, TERMS, told } from "./words";

/** A column of the table; `told` is a figure as text. */
export interface Column extends Sortable<Line> {
  told: (figures: Figures) => string;
}

const nothing = () => "";

/** Columns of figures, or one for each result that there is, the most frequent first. */
export function columnsOf(by: By, per: Per, shows: Shows, totals: Figures): Column[] {
  const names: Column[] = [];
  if (by !== "service") {
    const label = per === "day" ? "Day" : "Hour";
    names.push({ name: "period", label, isText: true, of: ({ start }) => start ?? "", told: nothing });
  }
  if (by !== "period") {
    names.push({ name: "service", label: "Service", isText: true, of: ({ service }) => service ?? "", told: nothing });
  }
  return [...names, ...(shows === "results" ? resultColumns(totals) : figureColumns())];
}

function figureColumns(): Column[] {
  return TERM_NAMES.map((name) => ({
    name,
    label: TERMS[name].label,
    means: TERMS[name].means,
    isText: false,
    of: ({ figures }) => TERMS[name].of(figures) ?? -1,
    told: (figures) => told(name, figures),
  }));
}

function resultColumns(totals: Figures): Column[] {
  return [
    ...figureColumns().filter(({ name }) => name === "asked" || name === "open"),
    ...byCount(totals.results).map(([result]) => ({
      name: result,
      label: result,
      isText: false,
      of: ({ figures }: Line) => figures.results[result] ?? 0,
      told: ({ results }: Figures) => numeral(results[result] ?? 0),
    })),
  ];
}

/** Results with how many there were, the most frequent first. */
export function byCount(results: Record<string, number>): [string, number][] {
  return Object.entries(results).sort(([a, one], [b, other]) => other - one || a.localeCompare(b));
}

/** Periods begin with the newest, services with the first by name. */
export function orderIn(columns: Column[], sort: string | null): Order {
  const first = columns[0]?.name ?? "";
  return orderOf(sort, columns, { name: first, descends: first === "period" });
}
