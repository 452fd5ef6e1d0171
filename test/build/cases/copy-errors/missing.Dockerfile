FROM scratch
COPY c /
