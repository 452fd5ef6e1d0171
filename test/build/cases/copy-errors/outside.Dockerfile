FROM scratch
COPY ../a /
