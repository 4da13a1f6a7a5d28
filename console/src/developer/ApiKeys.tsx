import { Badge, Button, Checkbox, Group, Stack, Table, Text } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { serverNow } from "../api/clock";
import { Empty } from "../components/Empty";
import { ErrorPage } from "../components/ErrorPage";
import { Failure } from "../components/Failure";
import { Instant } from "../components/Instant";
import { Loading } from "../components/Loading";
import { TableHead } from "../components/TableHead";
import { type ApiKey, useKeys } from "./data";
import { KeyDialog } from "./KeyDialog";
import { RevokeDialog } from "./RevokeDialog";

type Opened = { kind: "new" } | { kind: "edit" | "revoke"; key: ApiKey };

export function ApiKeys() {
  const { data: keys, error, refetch } = useKeys();
  const [showsRevoked, setShowsRevoked] = useState(false);
  const [opened, setOpened] = useState<Opened | null>(null);
  if (!keys) {
    return error ? <ErrorPage order={2} error={error} retry={() => void refetch()} /> : <Loading />;
  }
  const shown = keys.filter((key) => showsRevoked || !key.revoked_at);
  const close = () => setOpened(null);
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Checkbox
          label={`Show revoked keys (${keys.filter((key) => key.revoked_at).length})`}
          checked={showsRevoked}
          onChange={(event) => setShowsRevoked(event.currentTarget.checked)}
        />
        <Button size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpened({ kind: "new" })}>
          Create API Key
        </Button>
      </Group>
      <Failure of={error} />
      {shown.length ? (
        <KeyTable keys={shown} onOpen={(kind, key) => setOpened({ kind, key })} />
      ) : (
        <Empty Icon={IconKey} title="There is no API key yet">
          A program that uses the API shows a key with each call. Create one for each program.
        </Empty>
      )}
      {opened?.kind === "new" && <KeyDialog before={null} onClose={close} />}
      {opened?.kind === "edit" && <KeyDialog before={opened.key} onClose={close} />}
      {opened?.kind === "revoke" && <RevokeDialog name={opened.key.name} onClose={close} />}
    </Stack>
  );
}

interface TableProps {
  keys: ApiKey[];
  onOpen: (kind: "edit" | "revoke", key: ApiKey) => void;
}

function KeyTable({ keys, onOpen }: TableProps) {
  return (
    <Table.ScrollContainer minWidth={800}>
      <Table>
        <TableHead columns={["Name", "Scopes", "Services", "Last Used", "Expires", "Status"]} hasActions />
        <Table.Tbody>
          {keys.map((key) => (
            <KeyRow key={key.name} apiKey={key} onOpen={onOpen} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function KeyRow({ apiKey: key, onOpen }: { apiKey: ApiKey; onOpen: TableProps["onOpen"] }) {
  const isOver = statusOf(key) !== "Valid";
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        {key.name}
      </Table.Th>
      <Table.Td>{key.scopes.join(", ")}</Table.Td>
      <Table.Td>{servicesOf(key)}</Table.Td>
      <Table.Td>{key.last_used_at ? <Instant at={key.last_used_at} /> : <Dimmed>Never</Dimmed>}</Table.Td>
      <Table.Td>{key.expires_at ? <Instant at={key.expires_at} /> : <Dimmed>Never</Dimmed>}</Table.Td>
      <Table.Td>
        <Badge color={isOver ? "gray" : "teal"} variant="light">
          {statusOf(key)}
        </Badge>
      </Table.Td>
      <Table.Td>
        {!key.revoked_at && !key.has_other_services && (
          <Group gap={4} justify="flex-end" wrap="nowrap">
            <Button
              variant="subtle"
              size="compact-sm"
              aria-label={`Edit ${key.name}`}
              onClick={() => onOpen("edit", key)}
            >
              Edit
            </Button>
            <Button
              variant="subtle"
              color="red"
              size="compact-sm"
              aria-label={`Revoke ${key.name}`}
              onClick={() => onOpen("revoke", key)}
            >
              Revoke
            </Button>
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Dimmed({ children }: { children: string }) {
  return (
    <Text span c="dimmed" size="sm">
      {children}
    </Text>
  );
}

function servicesOf({ services, has_other_services: hasOthers }: ApiKey): string {
  if (services === null) {
    return "All";
  }
  return [...services, ...(hasOthers ? ["others that you are not given"] : [])].join(", ") || "None";
}

function statusOf({ revoked_at, expires_at }: ApiKey): string {
  if (revoked_at) {
    return "Revoked";
  }
  return expires_at && Date.parse(expires_at) <= serverNow() ? "Expired" : "Valid";
}
