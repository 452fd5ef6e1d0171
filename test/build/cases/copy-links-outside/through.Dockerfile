FROM scratch
COPY away/passwd /x
