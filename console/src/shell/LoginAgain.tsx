import { Button, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";

import { useLogOut, useSession } from "../api/session";
import { Failure } from "../components/Failure";
import { LoginForm } from "./LoginForm";

/** Asks for the password over the page as it stands when the session has run out, so that nothing typed is lost. */
export function LoginAgain({ isNeeded }: { isNeeded: boolean }) {
  const { user } = useSession();
  const leave = useMutation({ mutationFn: useLogOut() });
  return (
    <Modal
      opened={isNeeded}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      zIndex={1000}
      title="Your session has run out"
      centered
    >
      <Stack gap="md">
        <Text>Log in again to go on where you are. What you have typed is still there.</Text>
        <LoginForm user={user.name} />
        <Failure of={leave.error} />
        <Button variant="subtle" loading={leave.isPending} onClick={() => leave.mutate()}>
          Log in as somebody else
        </Button>
      </Stack>
    </Modal>
  );
}
