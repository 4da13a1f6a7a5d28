import { Center, Paper, Stack, Title } from "@mantine/core";

import { LoginForm } from "./LoginForm";
import { Mark } from "./Mark";

/** The address stays what it was: whoever logs in is where they wanted to be. */
export default function Login() {
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw="24rem">
        <Stack gap="md">
          <Mark />
          <Title order={1}>Log in</Title>
          <LoginForm />
        </Stack>
      </Paper>
    </Center>
  );
}
