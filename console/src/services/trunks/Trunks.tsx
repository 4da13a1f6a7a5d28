import { ActionIcon, Anchor, Button, Table, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { api, data } from "../../api/client";
import { useKeptFresh } from "../../api/fresh";
import { useMay, useSession } from "../../api/session";
import { ErrorPage } from "../../components/ErrorPage";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { counted, numeral } from "../../components/numbers";
import { PageHead } from "../../components/PageHead";
import { useSecond } from "../../components/ticking";
import { useTimes } from "../../components/times";
import { refreshLists, SERVICES, type Status, STATUSES, type Trunk, TRUNKS, useStatuses, useTrunks } from "../data";
import classes from "../ServiceTable.module.css";
import { DeleteTrunk } from "./DeleteTrunk";
import { TrunkForm } from "./TrunkForm";

type Asked = { what: "change" | "delete"; trunk: Trunk } | { what: "create" };

/** Where calls leave: every trunk with its link, its limits, and why it is paused. */
export default function Trunks() {
  // Trunks and links are told of as a change of everything.
  useKeptFresh([TRUNKS, STATUSES, SERVICES], ({ services }) => services !== undefined);
  const { data: trunks, error, refetch } = useTrunks();
  const { data: statuses, error: noStatuses } = useStatuses();
  const { sees_all_services: seesAll } = useSession();
  const mayChange = useMay()("CHANGE_SETUP") && seesAll;
  const uses = useUses();
  const [asked, setAsked] = useState<Asked | null>(null);
  if (!trunks) {
    return error ? <ErrorPage error={error} retry={() => void refetch()} /> : <Loading />;
  }
  const close = () => setAsked(null);
  return (
    <>
      <Anchor component={Link} to="/services" size="sm">
        All services
      </Anchor>
      <PageHead title="Trunks" about={counted(trunks.length, "trunk")}>
        {mayChange && (
          <Button
            size="xs"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setAsked({ what: "create" })}
          >
            Create Trunk
          </Button>
        )}
      </PageHead>
      <Failure of={error ?? noStatuses} />
      <Table.ScrollContainer minWidth={860} type="native" scrollAreaProps={{ tabIndex: 0, "aria-label": "Trunks" }}>
        <Table aria-label="Trunks" className={classes.plain}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Trunk</Table.Th>
              <Table.Th scope="col">State</Table.Th>
              <Table.Th scope="col">Link</Table.Th>
              <Table.Th scope="col" className={classes.number}>
                Channels
              </Table.Th>
              <Table.Th scope="col" className={classes.number}>
                Calls per second
              </Table.Th>
              <Table.Th scope="col" className={classes.number}>
                Services
              </Table.Th>
              {mayChange && (
                <Table.Th>
                  <span className="visually-hidden">Actions</span>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {trunks.map((trunk) => (
              <Row
                key={trunk.name}
                trunk={trunk}
                link={linkOf(trunk, statuses)}
                used={uses.get(trunk.name)}
                ask={mayChange ? setAsked : undefined}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {(asked?.what === "create" || asked?.what === "change") && (
        <TrunkForm
          trunk={asked.what === "change" ? asked.trunk : null}
          names={trunks.map(({ name }) => name)}
          onClose={close}
        />
      )}
      {asked?.what === "delete" && <DeleteTrunk trunk={asked.trunk} onClose={close} />}
    </>
  );
}

/** How many services go through each trunk. */
function useUses(): Map<string, number> {
  const { data: services } = useQuery({
    queryKey: SERVICES,
    queryFn: async () => (await data(api.GET("/api/v1/services"))).items,
  });
  const uses = new Map<string, number>();
  for (const { trunk } of services ?? []) {
    uses.set(trunk, (uses.get(trunk) ?? 0) + 1);
  }
  return uses;
}

// The state of a link is told with the services that use it.
function linkOf(trunk: Trunk, statuses: Status[] | undefined): Status["link"] | undefined {
  return statuses?.find(({ link }) => link.name === trunk.link)?.link;
}

function linkText(link: Status["link"] | undefined): string {
  if (!link) {
    return "";
  }
  if (!link.is_held) {
    return "no engine holds it";
  }
  return link.is_up ? "up" : `down${link.problem ? `: ${link.problem}` : ""}`;
}

interface RowProps {
  trunk: Trunk;
  link?: Status["link"];
  used?: number;
  ask?: (asked: Asked) => void;
}

function Row({ trunk, link, used = 0, ask }: RowProps) {
  const isLinkWell = !link || (link.is_held && link.is_up);
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.name}>
        {trunk.name}
        {trunk.is_practice && <span className={classes.beside}> of the practice mode</span>}
      </Table.Th>
      <Table.Td>
        <Pause trunk={trunk} mayResume={ask !== undefined} />
      </Table.Td>
      <Table.Td>
        {trunk.link}
        {link &&
          (isLinkWell ? <span className={classes.beside}> {linkText(link)}</span> : <Problem text={linkText(link)} />)}
      </Table.Td>
      <Table.Td className={classes.number}>{trunk.channels == null ? "no limit" : numeral(trunk.channels)}</Table.Td>
      <Table.Td className={classes.number}>{trunk.calls_per_second ?? "no limit"}</Table.Td>
      <Table.Td className={classes.number}>{used}</Table.Td>
      {ask && (
        <Table.Td className={classes.actions}>
          <Tooltip label="Edit">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Edit ${trunk.name}`}
              onClick={() => ask({ what: "change", trunk })}
            >
              <IconPencil size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
          {trunk.name !== "main" && (
            <Tooltip label="Delete">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Delete ${trunk.name}`}
                onClick={() => ask({ what: "delete", trunk })}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function Problem({ text }: { text: string }) {
  return (
    <div className={classes.problem}>
      <IconAlertTriangle size={14} aria-hidden />
      {text}
    </div>
  );
}

function Pause({ trunk, mayResume }: { trunk: Trunk; mayResume: boolean }) {
  const { shown } = useTimes();
  const client = useQueryClient();
  const now = useSecond();
  const resume = useMutation({
    mutationFn: () => api.POST("/api/v1/trunks/{trunk_name}/resume", { params: { path: { trunk_name: trunk.name } } }),
    onSuccess: () => refreshLists(client),
  });
  if (!trunk.paused_until || Date.parse(trunk.paused_until) <= now) {
    return "Not paused";
  }
  return (
    <>
      <Problem
        text={`Paused until ${shown.second(trunk.paused_until).slice(11)}: ${trunk.pause_reason ?? "its calls failed alike"}`}
      />
      {mayResume && (
        <Button size="compact-xs" variant="default" mt={4} loading={resume.isPending} onClick={() => resume.mutate()}>
          Resume
        </Button>
      )}
      <Failure of={resume.error} />
    </>
  );
}
