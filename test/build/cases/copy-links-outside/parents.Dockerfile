FROM scratch
COPY d/back/target /x
