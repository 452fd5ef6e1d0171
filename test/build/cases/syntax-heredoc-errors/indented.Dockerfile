FROM busybox
RUN <<EOF
echo x > /1
  EOF
EOF
