import { Table } from "@mantine/core";

interface Props {
  columns: readonly string[];
  /** Whether there is a last column for buttons. */
  hasActions?: boolean;
}

/** The head of a table whose columns have a name and nothing else. */
export function TableHead({ columns, hasActions = false }: Props) {
  return (
    <Table.Thead>
      <Table.Tr>
        {columns.map((name) => (
          <Table.Th key={name} scope="col">
            {name}
          </Table.Th>
        ))}
        {hasActions && (
          <Table.Th scope="col">
            <span className="visually-hidden">Actions</span>
          </Table.Th>
        )}
      </Table.Tr>
    </Table.Thead>
  );
}
