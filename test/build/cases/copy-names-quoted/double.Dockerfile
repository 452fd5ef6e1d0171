FROM scratch
COPY ["say \"hi\"", "/"]
