import { Center, Paper, Stack, Text, Title } from "@mantine/core";

import { LoginForm } from "./LoginForm";
import { Mark } from "./Mark";

/** The address stays what it was: whoever logs in is where they wanted to be. `isAgain`: who was, until just now. */
export default function Login({ isAgain }: { isAgain: boolean }) {
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw="24rem">
        <Stack gap="md">
          <Mark />
          <Title order={1}>Log in</Title>
          {isAgain && <Text>Your session has run out. Log in again to go on.</Text>}
          <LoginForm />
        </Stack>
      </Paper>
    </Center>
  );
}
