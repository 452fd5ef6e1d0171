ARG A=b c=
FROM scratch
ARG A B=
COPY a /
