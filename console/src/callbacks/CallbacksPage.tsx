import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { type RefObject, useCallback, useMemo, useRef, useState } from "react";

import { usePreferences } from "../api/preferences";
import { useMay } from "../api/session";
import { Failure } from "../components/Failure";
import { totalName } from "../components/numbers";
import { leaveFocusBefore } from "../components/focus";
import { PageHead } from "../components/PageHead";
import { Pages } from "../components/Pages";
import { Times, useTimes } from "../components/times";
import { BulkLines } from "./bulk/BulkLines";
import classes from "./CallbacksPage.module.css";
import { CallbackTable, type TableHandle } from "./table/CallbackTable";
import { columnsOf } from "./table/columns";
import { type Hidden, useCreated } from "./created";
import { Dialogs, type Opened } from "./dialogs/Dialogs";
import { useKeys } from "./keys";
import { useLive } from "./live";
import { Nothing } from "./Nothing";
import { HiddenNotice, Summary } from "./notices";
import { useReveal } from "./reveal";
import { filterNow, rangeNow, type Row, useQuestion, useRows } from "./rows";
import { type Selection, useSelection } from "./selection";
import { Toolbar } from "./toolbar/Toolbar";
import { useView } from "./view";

const NO_ROWS: Row[] = [];

/** The callbacks of a range: found, watched, and changed one by one or many at once. */
export default function CallbacksPage() {
  const table = useRef<TableHandle>(null);
  const page = usePage(table);
  const { rows, view, change, question, selection, error, refresh, show, setOpened, hidden } = page;
  const search = useRef<HTMLInputElement>(null);
  const may = useMay();
  useKeys({
    "/": () => search.current?.focus(),
    r: refresh,
    "?": () => setOpened({ kind: "keys" }),
    ArrowDown: () => table.current?.focus(),
    ...(may("CREATE_CALLBACKS") && { n: () => setOpened({ kind: "create" }) }),
  });
  return (
    <div className={classes.page}>
      <PageHead title="Callbacks" about={rows && <Summary rows={rows} onShow={() => show(rows.fresh)} />} />
      <Toolbar
        view={view}
        onChange={change}
        search={search}
        onDown={() => table.current?.focus()}
        onRefresh={refresh}
        isFetching={page.isFetching}
        selected={selection.count}
        query={rows?.query ?? filterNow(question)}
        onOpen={setOpened}
        onBulk={(of) => setOpened({ kind: "bulk", of, selected: selection.callbacks(), range: rangeNow(question) })}
      />
      {hidden && <HiddenNotice hidden={hidden} onChange={change} onDismiss={page.dismiss} />}
      <BulkLines />
      <Failure of={error} />
      <List page={page} table={table} />
      <div className={classes.foot}>
        <Selected selection={selection} />
        <div className={classes.spacer} />
        {rows && (
          <Pages
            label="Pages of the list"
            next={rows.next}
            previous={rows.previous}
            onGo={(cursor) => change({ cursor })}
          >
            {`${rows.items.length} of ${totalName(rows.total, rows.isExact)}`}
          </Pages>
        )}
      </div>
      <Dialogs
        opened={page.opened}
        rows={rows?.items ?? NO_ROWS}
        onClose={page.close}
        onCreated={page.onCreated}
        onChanged={page.onChanged}
        onVisible={() => view.cursor && change({ cursor: null })}
      />
    </div>
  );
}

function usePage(table: RefObject<TableHandle | null>) {
  const { view, change, isReady } = useView();
  const question = useQuestion(view);
  const { rows, key, error, isFetching, isOld, refetch } = useRows(question, isReady);
  const selection = useSelection(rows?.items ?? NO_ROWS);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [hidden, setHidden] = useState<Hidden | null>(null);
  const reveal = useReveal(rows, isFetching, question, { table, change, refetch, setHidden });
  const { forget } = reveal;
  const reread = useCallback(() => {
    if (isReady) {
      void refetch();
    }
  }, [isReady, refetch]);
  const tell = useLive(question, key, isFetching, reread);
  const onCreated = useCreated(question, reveal.show, setHidden);
  const refresh = useCallback(() => {
    forget();
    reread();
  }, [forget, reread]);
  // An answer may come when its dialog was closed long ago and another one is open.
  const close = () => setOpened((now) => (now === opened ? null : now));
  const onChanged = () => {
    tell(opened ? changedBy(opened) : []);
    // What was asked for of those selected is not to be asked for again with others.
    if (opened?.kind === "bulk") {
      selection.clear();
    }
  };
  return {
    ...{
      view,
      change,
      question,
      rows,
      error,
      isFetching,
      isOld,
      selection,
      opened,
      setOpened,
      close,
      refresh,
      onChanged,
    },
    ...{ ...reveal, hidden, onCreated, dismiss: useCallback(() => setHidden(null), []) },
  };
}

function changedBy(opened: Opened): string[] {
  if (opened.kind === "bulk") {
    return opened.selected.map(({ id }) => id);
  }
  return "row" in opened ? [opened.row.id] : [];
}

interface ListProps {
  page: ReturnType<typeof usePage>;
  table: RefObject<TableHandle | null>;
}

function List({ page, table }: ListProps) {
  const { rows, view, change, error, selection, setOpened } = page;
  const { preferences } = usePreferences();
  const { shown, other } = useTimes();
  const may = useMay();
  const times = useMemo(() => ({ shown, other, wall: new Times("UTC", shown.is24Hour) }), [shown, other]);
  const columns = useMemo(() => columnsOf(preferences.columns), [preferences.columns]);
  const onSort = useCallback((sort: string) => change({ sort }), [change]);
  const onEdit = useCallback((row: Row) => setOpened({ kind: "edit", row }), [setOpened]);
  const onRecreate = useCallback((row: Row) => setOpened({ kind: "recreate", row }), [setOpened]);
  if (!rows) {
    return error ? <Retry onRetry={page.refresh} /> : <Waiting />;
  }
  if (rows.items.length === 0 && !page.isOld) {
    return (
      <div className={classes.nothing}>
        <Nothing view={view} onChange={change} />
      </div>
    );
  }
  return (
    <CallbackTable
      ref={table}
      {...{ rows, columns, times, onSort, selection, onEdit, onRecreate }}
      view={view}
      highlighted={page.highlighted}
      mayChange={may("CHANGE_CALLBACKS")}
      isOld={page.isOld}
    />
  );
}

function Selected({ selection: { count, elsewhere, clear } }: { selection: Selection }) {
  return (
    <>
      <Text size="sm" role="status">
        {count > 0 && `${count} selected${elsewhere > 0 ? `, ${elsewhere} of them not on this page` : ""}`}
      </Text>
      {count > 0 && (
        <Button ref={leaveFocusBefore} size="compact-xs" variant="default" onClick={clear}>
          Clear
        </Button>
      )}
    </>
  );
}

const LINES = Array.from({ length: 14 }, (_, index) => index);

function Waiting() {
  return (
    <Stack gap={10} role="status" aria-label="Loading" className={classes.waiting}>
      {LINES.map((line) => (
        <Skeleton key={line} height={25} />
      ))}
    </Stack>
  );
}

function Retry({ onRetry }: { onRetry: () => void }) {
  return (
    <div className={classes.waiting}>
      <Button variant="default" size="xs" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}
