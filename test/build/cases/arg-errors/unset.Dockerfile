ARG A=${B:?missing}
FROM scratch
