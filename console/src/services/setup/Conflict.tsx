import { Alert, Button, Group, Table, Text } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { api, data } from "../../api/client";
import { useMay } from "../../api/session";
import { TableHead } from "../../components/TableHead";
import { useTimes } from "../../components/times";
import type { Stored } from "../data";
import { labelOf } from "./settings";
import { settingText } from "./shown";
import type { Draft } from "./useDraft";

/** Somebody has saved other values of what is being edited: what, and whose are to count. */
export function Conflict({ draft: { theirs, was, values, take }, stored }: { draft: Draft; stored: Stored }) {
  return (
    <Alert
      color="orange"
      variant="light"
      role="alert"
      icon={<IconUsers aria-hidden />}
      title="This was changed meanwhile"
      mb="sm"
    >
      <Text size="sm">
        <ChangedBy name={stored.service.name} etag={stored.etag} /> What you typed is kept, and not saved.
      </Text>
      <Table my="xs" highlightOnHover={false} aria-label="What was changed meanwhile">
        <TableHead columns={["Setting", "Was", "Is now", "Yours"]} />
        <Table.Tbody>
          {theirs.map((key) => (
            <Table.Tr key={key}>
              <Table.Th scope="row">{labelOf(key)}</Table.Th>
              <Table.Td>{settingText(key, was)}</Table.Td>
              <Table.Td>{settingText(key, stored.service)}</Table.Td>
              <Table.Td>{settingText(key, values)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Group gap="xs">
        <Button size="xs" variant="default" onClick={() => take(true)}>
          Load theirs
        </Button>
        <Button size="xs" variant="default" onClick={() => take(false)}>
          Keep mine to save it
        </Button>
      </Group>
    </Alert>
  );
}

function ChangedBy({ name, etag }: { name: string; etag: string }) {
  const may = useMay()("SEE_AUDIT");
  const { shown } = useTimes();
  const { data: entry } = useQuery({
    queryKey: ["changed-by", name, etag],
    queryFn: async () => {
      const query = { subject: name, action: "service.changed", limit: 1 };
      return (await data(api.GET("/api/v1/audit", { params: { query } }))).items[0] ?? null;
    },
    enabled: may,
  });
  return entry ? `${entry.actor_name} saved other values at ${shown.clock(entry.at)}.` : "Somebody saved other values.";
}
