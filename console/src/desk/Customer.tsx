import { Table, Text, Title } from "@mantine/core";

import { Fact, Facts } from "../components/Facts";
import { Instant } from "../components/Instant";
import { Recording } from "../components/Recording";
import { StateBadge } from "../components/StateBadge";
import { TableHead } from "../components/TableHead";
import { customersMinute, duration, useTimes } from "../components/times";
import type { InHand } from "./data";
import classes from "./Desk.module.css";
import { channelName, dispositionName, outcomeName, valueText } from "./words";

/** Who is to be called, and why. */
export function Customer({ attempt, callback }: { attempt: string; callback: InHand }) {
  return (
    <div className={classes.customer}>
      <Facts>
        <Fact name="Service">{callback.service_display_name || callback.service}</Fact>
        <Waited callback={callback} />
        <Promised callback={callback} />
        {callback.language && <Fact name="Language">{callback.language}</Fact>}
        {Object.entries(callback.user_data).map(([name, value]) => (
          <Fact key={name} name={name}>
            {valueText(value)}
          </Fact>
        ))}
        {callback.attempts.length > 0 && <Tries callback={callback} />}
        {callback.has_name_recording && (
          <Fact name="Name recording">
            <Recording src={`/api/v1/desk/${attempt}/name-recording`} />
          </Fact>
        )}
      </Facts>
      <History callback={callback} />
    </div>
  );
}

function Waited({ callback }: { callback: InHand }) {
  const channel = channelName(callback.channel);
  return (
    <>
      <Fact name="Asked for">
        <Instant at={callback.created_at} />
        {channel && <div className={classes.beside}>{channel}</div>}
      </Fact>
      <Fact name="Waiting for">{duration(callback.waited_seconds)}</Fact>
    </>
  );
}

function Promised({ callback }: { callback: InHand }) {
  const { shown } = useTimes();
  if (!callback.is_scheduled) {
    return <Fact name="Promised">as soon as possible</Fact>;
  }
  const there = customersMinute(callback, shown);
  return (
    <Fact name="Promised">
      <Instant at={callback.desired_at} />
      {there && (
        <span className={classes.beside}>
          {" "}
          ({there} for the customer, {callback.promised_zone})
        </span>
      )}
    </Fact>
  );
}

function Tries({ callback: { attempts } }: { callback: InHand }) {
  return (
    <Fact name="Tried before">
      {attempts.map(({ number, opened_at, outcome, agent }) => (
        <div key={number}>
          <Instant at={opened_at} />: {outcomeName(outcome)}
          {agent && ` (${agent})`}
        </div>
      ))}
    </Fact>
  );
}

function History({ callback: { history } }: { callback: InHand }) {
  if (history.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No other callbacks of this number.
      </Text>
    );
  }
  return (
    <div>
      <Title order={3} mb={4}>
        Earlier callbacks of this number
      </Title>
      <Table.ScrollContainer
        minWidth={480}
        type="native"
        scrollAreaProps={{ tabIndex: 0, "aria-label": "Earlier callbacks" }}
      >
        <Table verticalSpacing={4} aria-label="Earlier callbacks of this number">
          <TableHead columns={["Desired Time", "Service", "State", "Agent", "What came of it"]} />
          <Table.Tbody>
            {history.map((past) => (
              <Table.Tr key={past.id}>
                <Table.Td className={classes.nowrap}>
                  <Instant at={past.desired_at} />
                </Table.Td>
                <Table.Td>{past.service}</Table.Td>
                <Table.Td>
                  <StateBadge state={past.state} result={past.result} />
                </Table.Td>
                <Table.Td>{past.agent}</Table.Td>
                <Table.Td className={classes.note}>
                  {past.disposition && <b>{dispositionName(past.disposition)}</b>}
                  {past.note && <div>{past.note}</div>}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}
