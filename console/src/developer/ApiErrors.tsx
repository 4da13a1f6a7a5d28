import { Code, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";

import { Copy } from "../components/Copy";
import { Empty } from "../components/Empty";
import { ErrorPage } from "../components/ErrorPage";
import { Failure } from "../components/Failure";
import { Instant } from "../components/Instant";
import { Loading } from "../components/Loading";
import { ShowMore } from "../components/ShowMore";
import { TableHead } from "../components/TableHead";
import { type ApiErrorLine, type ErrorFilter, useApiErrors } from "./data";

const TYPING_MILLISECONDS = 250;

export function ApiErrors() {
  const [filter, setFilter] = useState<ErrorFilter>({ api_key: "", code: "", correlation_id: "" });
  const [settled] = useDebouncedValue(filter, TYPING_MILLISECONDS);
  const list = useApiErrors(settled);
  const { data, error, refetch } = list;
  const lines = data?.pages.flatMap((page) => page.items);
  const field = (name: keyof ErrorFilter, label: string, placeholder: string) => (
    <TextInput
      size="xs"
      label={label}
      placeholder={placeholder}
      value={filter[name]}
      onChange={(event) => setFilter({ ...filter, [name]: event.currentTarget.value })}
    />
  );
  return (
    <Stack gap="sm">
      <Group component="search" grow preventGrowOverflow={false} gap="xs">
        {field("correlation_id", "Correlation Id", "As in X-Correlation-Id")}
        {field("api_key", "API key", "Its name")}
        {field("code", "Code", "Such as slot-full")}
      </Group>
      {!lines && (error ? <ErrorPage order={2} error={error} retry={() => void refetch()} /> : <Loading />)}
      {lines && <Failure of={error} />}
      {lines?.length === 0 && <Empty Icon={IconCircleCheck} title="No call was refused that fits this" />}
      {lines && lines.length > 0 && <ErrorTable lines={lines} />}
      <ShowMore of={list}>Show Older Errors</ShowMore>
    </Stack>
  );
}

function ErrorTable({ lines }: { lines: ApiErrorLine[] }) {
  return (
    <Table.ScrollContainer minWidth={900}>
      <Table verticalSpacing={4}>
        <TableHead columns={["Time", "API Key", "Call", "Status", "Code", "Correlation Id"]} />
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={line.id}>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                <Instant at={line.at} precise />
              </Table.Td>
              <Table.Td>{line.api_key ?? <Text c="dimmed">none that is known</Text>}</Table.Td>
              <Table.Td>
                {line.method} {line.route}
              </Table.Td>
              <Table.Td>{line.status}</Table.Td>
              <Table.Td>{line.code}</Table.Td>
              <Table.Td>
                <Group gap={4} wrap="nowrap">
                  <Code>{line.correlation_id}</Code>
                  <Copy text={line.correlation_id} what="correlation id" />
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
