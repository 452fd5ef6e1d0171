FROM scratch
COPY c* /
