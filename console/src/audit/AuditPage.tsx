import { Button, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconDownload, IconHistory } from "@tabler/icons-react";
import { useMemo, useState } from "react";

import { api } from "../api/client";
import { useDownload } from "../components/download";
import { Empty } from "../components/Empty";
import { ErrorPage } from "../components/ErrorPage";
import { Failure } from "../components/Failure";
import { Instant } from "../components/Instant";
import { Loading } from "../components/Loading";
import { PageHead } from "../components/PageHead";
import { ShowMore } from "../components/ShowMore";
import { useTimes } from "../components/times";
import { type AuditFilter, type Entry, EVERYTHING, parametersOf, useEntries } from "./data";
import { Details } from "./Details";
import classes from "./AuditPage.module.css";

const TYPING_MILLISECONDS = 250;

/** What users and API keys did, as it is sealed. */
export default function AuditPage() {
  const { shown } = useTimes();
  const [filter, setFilter] = useState(EVERYTHING);
  const [settled] = useDebouncedValue(filter, TYPING_MILLISECONDS);
  const query = useMemo(() => parametersOf(settled, shown), [settled, shown]);
  const list = useEntries(query);
  const { data, error, refetch } = list;
  const { download, isBusy, error: notSaved } = useDownload();
  const entries = data?.pages.flatMap((page) => page.items);
  return (
    <>
      <PageHead title="Audit" about="What users and API keys did, the newest first">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          loading={isBusy}
          onClick={() => download(() => api.GET("/api/v1/audit/export", { params: { query }, parseAs: "blob" }))}
        >
          Export
        </Button>
      </PageHead>
      <Failure of={notSaved} />
      <Filters filter={filter} onChange={(some) => setFilter((before) => ({ ...before, ...some }))} />
      {entries?.length === 0 && (
        <Empty Icon={IconHistory} title="No entry fits">
          Entries are kept for two years, unless the operator has set another time.
        </Empty>
      )}
      {entries && entries.length > 0 && <EntryTable entries={entries} />}
      {!entries && (error ? <ErrorPage order={2} error={error} retry={() => void refetch()} /> : <Loading />)}
      {entries && <Failure of={error} />}
      <ShowMore of={list}>Show Older Entries</ShowMore>
    </>
  );
}

interface FiltersProps {
  filter: AuditFilter;
  onChange: (some: Partial<AuditFilter>) => void;
}

function Filters({ filter, onChange }: FiltersProps) {
  const field = (name: keyof AuditFilter, label: string, more?: { type?: string; placeholder?: string }) => (
    <TextInput
      size="xs"
      label={label}
      value={filter[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
      {...more}
    />
  );
  return (
    <search className={classes.filters} aria-label="Which entries">
      {field("from", "From", { type: "date" })}
      {field("to", "To", { type: "date" })}
      {field("actor", "Who", { placeholder: "User or API key" })}
      {field("action", "Action", { placeholder: "service. or service.changed" })}
      {field("subject", "Subject", { placeholder: "A name, or a Callback ID" })}
    </search>
  );
}

function EntryTable({ entries }: { entries: Entry[] }) {
  return (
    <Table.ScrollContainer minWidth={900}>
      <Table verticalSpacing={4} stickyHeader aria-label="Entries">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Time</Table.Th>
            <Table.Th scope="col">Who</Table.Th>
            <Table.Th scope="col">Action</Table.Th>
            <Table.Th scope="col">Subject</Table.Th>
            <Table.Th scope="col">Services</Table.Th>
            <Table.Th scope="col" className={classes.grows}>
              Details
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <EntryRow key={entry.id} entry={entry} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function EntryRow({ entry }: { entry: Entry }) {
  return (
    <Table.Tr className={classes.entry}>
      <Table.Td className={classes.time}>
        <Instant at={entry.at} precise />
      </Table.Td>
      <Table.Td>
        {entry.actor_name}
        <Text size="xs" c="dimmed">
          {[entry.actor_kind === "API_KEY" && "API key", entry.address].filter(Boolean).join(", ")}
        </Text>
      </Table.Td>
      <Table.Td>{entry.action}</Table.Td>
      <Table.Td className={classes.subject}>{entry.subject}</Table.Td>
      <Table.Td>{entry.services.join(", ")}</Table.Td>
      <Table.Td>
        <Details of={entry.details} />
      </Table.Td>
    </Table.Tr>
  );
}
