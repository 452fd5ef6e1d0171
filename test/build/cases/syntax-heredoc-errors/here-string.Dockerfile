FROM busybox
RUN cat <<<x || echo no
