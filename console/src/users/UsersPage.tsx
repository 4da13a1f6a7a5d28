import { Badge, Button, Table, Text, TextInput } from "@mantine/core";
import { IconPlus, IconSearch, IconUsers } from "@tabler/icons-react";
import { useState } from "react";

import { useMay } from "../api/session";
import { Empty } from "../components/Empty";
import { ErrorPage } from "../components/ErrorPage";
import { Failure } from "../components/Failure";
import { Instant } from "../components/Instant";
import { Loading } from "../components/Loading";
import { counted } from "../components/numbers";
import { PageHead } from "../components/PageHead";
import { TableHead } from "../components/TableHead";
import { roleLabels, type User, useUsers } from "./data";
import { UserDialog } from "./UserDialog";

const SERVICES_NAMED = 4;

type Opened = { what: "create" } | { what: "edit"; name: string };

/** Who may log in, with which roles, for which services. */
export default function UsersPage() {
  const { data: users, error, refetch } = useUsers();
  const [search, setSearch] = useState("");
  const [opened, setOpened] = useState<Opened | null>(null);
  const mayChange = useMay()("CHANGE_USERS");
  if (!users) {
    return error ? <ErrorPage error={error} retry={() => void refetch()} /> : <Loading />;
  }
  const found = users.filter((user) => fits(user, search));
  return (
    <>
      <PageHead title="Users" about={counted(users.length, "user")}>
        <TextInput
          size="xs"
          w="14rem"
          aria-label="Search users"
          placeholder="Name or role"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        {mayChange && (
          <Button
            size="xs"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setOpened({ what: "create" })}
          >
            Create User
          </Button>
        )}
      </PageHead>
      <Failure of={error} />
      {found.length ? (
        <UserTable users={found} onEdit={mayChange ? (name) => setOpened({ what: "edit", name }) : undefined} />
      ) : (
        <Empty Icon={IconUsers} title={`No user fits "${search}"`} />
      )}
      {opened && <UserDialog name={opened.what === "edit" ? opened.name : null} onClose={() => setOpened(null)} />}
    </>
  );
}

function fits({ name, display_name, roles }: User, search: string): boolean {
  const sought = search.trim().toLowerCase();
  return `${name} ${display_name} ${roleLabels(roles)}`.toLowerCase().includes(sought);
}

function UserTable({ users, onEdit }: { users: User[]; onEdit?: (name: string) => void }) {
  return (
    <Table.ScrollContainer minWidth={800}>
      <Table>
        <TableHead
          columns={["Name", "Display Name", "Roles", "Services", "Agent", "Last Login", "Status"]}
          hasActions={!!onEdit}
        />
        <Table.Tbody>
          {users.map((user) => (
            <UserRow key={user.name} user={user} onEdit={onEdit} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function UserRow({ user, onEdit }: { user: User; onEdit?: (name: string) => void }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        {user.name}
      </Table.Th>
      <Table.Td>{user.display_name}</Table.Td>
      <Table.Td>{roleLabels(user.roles) || <Nothing>None</Nothing>}</Table.Td>
      <Table.Td>{servicesOf(user)}</Table.Td>
      <Table.Td>{user.agent}</Table.Td>
      <Table.Td>{user.last_login_at ? <Instant at={user.last_login_at} /> : <Nothing>Never</Nothing>}</Table.Td>
      <Table.Td>
        <Status user={user} />
      </Table.Td>
      {onEdit && (
        <Table.Td ta="right">
          <Button variant="subtle" size="compact-sm" aria-label={`Edit ${user.name}`} onClick={() => onEdit(user.name)}>
            Edit
          </Button>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function Nothing({ children }: { children: string }) {
  return (
    <Text span c="dimmed" size="sm">
      {children}
    </Text>
  );
}

function servicesOf({ services }: User): string {
  if (services === null) {
    return "All";
  }
  const more = services.length - SERVICES_NAMED;
  return more > 0 ? `${services.slice(0, SERVICES_NAMED).join(", ")} and ${more} more` : services.join(", ") || "None";
}

function Status({ user }: { user: User }) {
  if (!user.is_enabled) {
    return (
      <Badge color="gray" variant="light">
        Disabled
      </Badge>
    );
  }
  return user.must_change_password ? (
    <Badge color="yellow" variant="light">
      New password due
    </Badge>
  ) : (
    <Badge color="teal" variant="light">
      Enabled
    </Badge>
  );
}
